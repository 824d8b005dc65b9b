/** Gives a world faces: pictures of some people, what they say of themselves, and files they have sent. */
import type { World } from '../world.ts';
import { withFiles } from './file-world.ts';

/** The server of the preview draws a picture for each. */
const faceOf = (index: number): string => String(index % 10).repeat(40);

export function withFaces(world: World, now: number): void {
  withFiles(world, now);
  const isFirst = (address: string): boolean => address === world.chats[0]?.address;
  world.contacts = world.contacts.map((row, index) => ({
    ...row,
    ...((index % 3 !== 2 || isFirst(row.address)) && { avatar: faceOf(index) }),
    ...(index === 1 && { name: '', called: 'The Friar\u202E' }),
  }));
  world.accounts = world.accounts.map((row, index) =>
    index === 0 ? { ...row, avatar: faceOf(7), nickname: 'Romy' } : row,
  );
  const first = world.contacts.find(({ address }) => isFirst(address));
  const [own] = world.accounts;
  if (first === undefined || own === undefined) return;
  world.cards = {
    [first.address]: {
      fullName: 'Giulietta Capuleti',
      organisation: 'House of Capulet, Verona',
      title: 'Daughter',
      birthday: '1580-07-31',
      emails: ['juliet@capulet.example'],
      phones: ['+39 045 123 4567'],
      pages: ['https://capulet.example/juliet', 'javascript:alert(1)'],
      note: 'What’s in a name?\nhttps://balcony.example',
    },
    [own.address]: {
      fullName: 'Romeo Montague',
      nickname: 'Romy',
      emails: ['romeo@montague.example'],
      phones: [],
      pages: [],
    },
  };
}
