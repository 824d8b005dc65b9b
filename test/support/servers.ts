/** The makes of server that live tests run over, with what such tests ask of each in its own words. */
import { startEjabberd } from './ejabberd.ts';
import { startProsody } from './prosody.ts';
import type { XmppServer } from './server.ts';

/** Where rooms are, of either make. */
export const ROOMS = 'rooms.localhost';

/** Lines of Prosody's configuration: rooms with an archive, made by anybody. */
export const roomsComponent = `Component "${ROOMS}" "muc"
  modules_enabled = { "muc_mam" }
  muc_log_by_default = true`;

export interface Town {
  readonly accounts: readonly string[];
  readonly contacts?: readonly (readonly [string, string])[];
  /** Seconds for which a broken stream can be resumed; ten minutes unless given. */
  readonly resumable?: number;
  /** Whether messages to the absent are kept beside the archive; they are unless this is false. */
  readonly offlineStorage?: boolean;
}

export const makes: readonly (readonly [name: string, start: (town: Town) => Promise<XmppServer>])[] = [
  [
    'Prosody',
    ({ accounts, contacts = [], resumable = 600, offlineStorage = true }) =>
      startProsody({
        accounts,
        contacts,
        without: offlineStorage ? [] : ['offline'],
        components: roomsComponent,
        config: `smacks_hibernation_time = ${String(resumable)}`,
      }),
  ],
  [
    'ejabberd',
    ({ accounts, contacts = [], resumable = 600, offlineStorage = true }) =>
      startEjabberd({
        accounts,
        contacts,
        without: offlineStorage ? [] : ['mod_offline'],
        modules: {
          mod_muc: `{host: ${ROOMS}, default_room_options: {mam: true}}`,
          mod_stream_mgmt: `{resume_timeout: ${String(resumable)}, max_ack_queue: 5000, resend_on_timeout: if_offline}`,
        },
      }),
  ],
];
