/** The contract's calls, each in a few lines: find what is meant, refuse what cannot be, hand on to the verb. */
import type { Handlers } from '../../shared/answer.ts';
import type { Household } from './engine.ts';
import { createFind } from './find.ts';
import { FileErrand } from './file-errand.ts';
import { arrangementHandlers } from './handlers/arrangement.ts';
import { foldersHandlers } from './handlers/folders.ts';
import { backupHandlers } from './handlers/backup.ts';
import { profileHandlers } from './handlers/profile.ts';
import { accountsHandlers } from './handlers/accounts.ts';
import { blockingHandlers } from './handlers/blocking.ts';
import { desktopHandlers } from './handlers/desktop.ts';
import { diagnosisHandlers } from './handlers/diagnosis.ts';
import { notificationsHandlers } from './handlers/notifications.ts';
import { callingHandlers } from './handlers/calling.ts';
import { certificateHandlers } from './handlers/certificate.ts';
import { consoleHandlers } from './handlers/console.ts';
import { contactsHandlers } from './handlers/contacts.ts';
import { chatsHandlers } from './handlers/chats.ts';
import { peopleHandlers } from './handlers/people.ts';
import { messagesHandlers } from './handlers/messages.ts';
import { privacyHandlers } from './handlers/privacy.ts';
import { registrationHandlers } from './handlers/registration.ts';
import { serverHandlers } from './handlers/server.ts';
import { filesHandlers } from './handlers/files.ts';
import { captureHandlers } from './handlers/capture.ts';
import { devicesHandlers } from './handlers/devices.ts';
import { roomsHandlers } from './handlers/rooms.ts';
import { retentionHandlers } from './handlers/retention.ts';
import { lockHandlers } from './handlers/lock.ts';
import { searchHandlers } from './handlers/search.ts';
import { storageHandlers } from './handlers/storage.ts';
import { transcriptHandlers } from './handlers/transcript.ts';
import { updatesHandlers } from './handlers/updates.ts';

export function createHandlers(house: Household): Handlers {
  const find = createFind(house);
  const errand = new FileErrand(house);
  return {
    'app.snapshot': () => house.snapshot(),
    ...profileHandlers(house),
    ...lockHandlers(house),
    ...accountsHandlers(house, find),
    ...certificateHandlers(house),
    ...callingHandlers(house, find),
    ...registrationHandlers(house, find),
    ...contactsHandlers(find),
    ...blockingHandlers(find),
    ...chatsHandlers(find),
    ...roomsHandlers(find),
    ...peopleHandlers(house, find),
    ...arrangementHandlers(find),
    ...foldersHandlers(house, find),
    ...messagesHandlers(house, find),
    ...filesHandlers(house, find, errand),
    ...devicesHandlers(find),
    ...captureHandlers,
    ...serverHandlers(find),
    ...privacyHandlers(house),
    ...desktopHandlers(house, find),
    ...notificationsHandlers(house, find),
    ...updatesHandlers(house),
    ...diagnosisHandlers(house, errand),
    ...searchHandlers(house),
    ...transcriptHandlers(house, find, errand),
    ...backupHandlers(house, errand),
    ...retentionHandlers(house, find),
    ...storageHandlers(house, find),
    ...consoleHandlers(house, find),
  };
}
