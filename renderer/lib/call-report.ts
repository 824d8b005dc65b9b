/** How a call goes, as lines to read and to copy. Names kinds of candidates and no addresses, so that it can be shown to others. */
import type { CallRow } from '../../shared/contract.ts';
import type { Translate } from '../i18n/language.svelte.ts';
import type { Flow, Path, Statistics } from '../media/statistics.ts';

export interface ReportLine {
  readonly label: string;
  readonly value: string;
}

/** @param network what the connection is at, as WebRTC calls it */
export function callReport(
  t: Translate,
  locale: string,
  { state, protection }: Pick<CallRow, 'state' | 'protection'>,
  network: string,
  statistics: Statistics | undefined,
): ReportLine[] {
  const line = (label: string, value: string): ReportLine[] => (value === '' ? [] : [{ label, value }]);
  const flow = (each: Flow | undefined): string => (each === undefined ? '' : flowText(t, locale, each));
  const { incoming = {}, outgoing = {}, candidates, path, roundTrip } = statistics ?? {};
  return [
    ...line(t('call.details.state'), `${state}, ${network}`),
    ...line(t('call.details.protection'), t(`call.protection.${protection}`)),
    ...line(t('call.details.path'), path === undefined ? '' : pathText(t, path)),
    ...line(t('call.details.round-trip'), roundTrip === undefined ? '' : `${String(roundTrip)} ms`),
    ...line(t('call.details.audio.in'), flow(incoming.audio)),
    ...line(t('call.details.audio.out'), flow(outgoing.audio)),
    ...line(t('call.details.video.in'), flow(incoming.video)),
    ...line(t('call.details.video.out'), flow(outgoing.video)),
    ...line(t('call.details.candidates.ours'), counted(candidates?.ours ?? [])),
    ...line(t('call.details.candidates.theirs'), counted(candidates?.theirs ?? [])),
  ];
}

/** host udp → relay udp, through a relay */
function pathText(t: Translate, { ours, theirs, protocol, relay }: Path): string {
  const way = `${ours} → ${theirs}, ${relay ?? protocol}`;
  return ours === 'relay' || theirs === 'relay' ? `${way} (${t('call.details.relayed')})` : way;
}

function flowText(t: Translate, locale: string, flow: Flow): string {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const { codec, rate, loss, jitter, width, height, frames } = flow;
  return [
    codec,
    ...(width !== undefined && height !== undefined ? [`${String(width)} × ${String(height)}`] : []),
    ...(frames === undefined ? [] : [`${whole.format(frames)} fps`]),
    `${whole.format(rate / 1_000)} kbit/s`,
    t('call.details.loss', { share: share.format(loss) }),
    ...(jitter === undefined ? [] : [t('call.details.jitter', { time: `${String(jitter)} ms` })]),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** 2 × host udp, 1 × relay udp udp */
function counted(all: readonly string[]): string {
  const groups = Map.groupBy(all, (each) => each);
  return [...groups].map(([kind, each]) => `${String(each.length)} × ${kind}`).join(', ');
}
