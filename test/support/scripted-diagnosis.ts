/** The scripted port's answers about diagnosis and crash reports. */
import type { Answers } from './scripted-port.ts';

const TEXT = `Waxwing 1.0.0, appimage
electron 45.4.1, chrome 152.0.1, node 24.21.0
linux 6.8.0 x64, GNOME, wayland, 8 processors, 9.1 of 15.5 GiB free
protection keyring, gnome_libsecret
chats 12, rooms 3, database 41 MB

Account 1: online
direct-tls, TLSv1.3, SCRAM-SHA-256-PLUS, resumable
set by hand: nothing
offered: archive, carbons, personal-data, upload; missing: push
archive everything, contacts 24, waiting to be sent 0

Last lines of the log
2026-11-22T07:00:00.000Z shell start waxwing=1.0.0
2026-11-22T07:00:01.000Z stream online roundTrips=3
`;

type Answered = 'diagnosis.read' | 'crashes.list' | 'crashes.read' | 'crashes.save' | 'crashes.remove';

export function scriptedDiagnosis(): Required<Pick<Answers, Answered>> {
  let reports = [
    { name: '20261121T190000000Z-1a2b', at: Date.UTC(2026, 10, 21, 19), kind: 'page' as const },
    { name: '20261102T081500000Z-c3d4', at: Date.UTC(2026, 10, 2, 8, 15), kind: 'engine' as const },
  ];
  return {
    'diagnosis.read': () => ({ text: TEXT }),
    'crashes.list': () => ({ reports }),
    'crashes.read': () => ({
      text: `Waxwing ended unexpectedly, in part or as a whole.\nkind: page\n${TEXT}`,
    }),
    'crashes.save': () => ({}),
    'crashes.remove': () => {
      reports = [];
      return {};
    },
  };
}
