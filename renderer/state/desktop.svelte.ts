/** What the person wants of the desktop around the window: mirrored from the engine, changed by asking it. */
import type { MuteSpan } from '../../shared/quiet.ts';
import type {
  Change,
  DesktopRow,
  LockRow,
  NotificationRule,
  NotificationsRow,
} from '../../shared/contract.ts';
import type { Call } from './call.ts';

export class Desktop {
  readonly #call: Call;
  #row = $state.raw<DesktopRow>();
  #notifications = $state.raw<NotificationsRow>();
  #lock = $state.raw<LockRow>();

  constructor(call: Call) {
    this.#call = call;
  }

  /** Absent while the profile is not open. */
  get row(): DesktopRow | undefined {
    return this.#row;
  }

  get notifications(): NotificationsRow | undefined {
    return this.#notifications;
  }

  /** The screen lock. */
  get lock(): LockRow | undefined {
    return this.#lock;
  }

  async set(changed: Partial<DesktopRow>): Promise<void> {
    await this.#call('desktop.set', changed);
  }

  async setNotifications(changed: Partial<Pick<NotificationsRow, 'preview' | 'quiet'>>): Promise<void> {
    await this.#call('notifications.set', changed);
  }

  async setRule(account: number, rule: NotificationRule): Promise<void> {
    await this.#call('notifications.setRule', { account, rule });
  }

  async setLock(changed: Partial<Pick<LockRow, 'after' | 'withSystem'>>): Promise<void> {
    await this.#call('lock.set', changed);
  }

  /** Silence everywhere for a while, or its end. */
  async mute(span: MuteSpan): Promise<void> {
    await this.#call('notifications.mute', { span });
  }

  apply(change: Change): void {
    if (change.put === 'desktop') this.#row = change.row;
    if (change.put === 'lock') this.#lock = change.row;
    if (change.put === 'notifications') this.#notifications = change.row;
  }
}
