/** How the scripted port makes, changes and deletes accounts. Domains say what their servers do. */
import type { Change, Input, Output } from '../../shared/contract.ts';
import type { FormField } from '../../shared/rows/form.ts';
import { readXmppUri } from '../../shared/xmpp-uri.ts';
import { problemFor } from '../renderer/world.ts';
import { Refusing } from './scripted-port.ts';

/** A picture of four letters, as a challenge shows it. */
const PICTURE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAHgAAAAoCAAAAAAQgWH5AAAAZUlEQVR42u3XQQoAIAhE0Y7T/S9YqyDEiiCajO9OsHkbEUpFVAkY+AKcnVoH2KmunwYAK+Bl5lEZWA6bN611lg44JOw8sKKJHxyeiQysgwezGysE/Dp8Swb+CfaPC7AQ5psKHB2uxGUA4SvDX38AAAAASUVORK5CYII=';

export function formField(name: string, more: Partial<FormField> = {}): FormField {
  return {
    name,
    type: 'text-single',
    label: name,
    isRequired: false,
    values: [],
    options: [],
    media: [],
    ...more,
  };
}

const usual = [
  formField('username', { label: 'Username', isRequired: true }),
  formField('password', { type: 'text-private', label: 'Password', isRequired: true }),
];
const asked = [
  formField('', { type: 'fixed', values: ['Prove that you are a person:'] }),
  formField('ocr', {
    label: 'Enter the text you see',
    isRequired: true,
    media: [{ kind: 'image', data: PICTURE, width: 240, height: 80 }],
  }),
];

interface Doing {
  readonly announce: (...changes: Change[]) => void;
  readonly signIn: (address: string) => Promise<Output<'accounts.register'>>;
}

/** The answers to the calls of `shared/calls/registration.ts`. */
export function scriptedRegistration({ announce, signIn }: Doing) {
  let domain = '';
  const later = { uri: 'xmpp:alice@example.org?roster;preauth=4DsLZ7Gkq2mXvW1c;ibr=y', mayRegister: true };
  return {
    'accounts.registrationForm': (input: Input<'accounts.registrationForm'>) => {
      ({ domain } = input);
      if (domain.endsWith('.problem.example')) {
        const problem = problemFor(domain.slice(0, domain.indexOf('.')));
        throw new Refusing('cannot-connect', '', { ...problem, host: domain });
      }
      if (domain.startsWith('closed.')) throw new Refusing('refused', '', undefined, 'service-unavailable');
      const isElsewhere = domain.startsWith('web.');
      return {
        registration: 1,
        domain,
        kind: isElsewhere ? ('elsewhere' as const) : ('form' as const),
        form: {
          title: '',
          instructions: isElsewhere ? 'Accounts are made on our page.' : 'Choose a username and password.',
          fields: isElsewhere ? [] : domain.startsWith('captcha.') ? [...usual, ...asked] : [...usual],
        },
        ...(isElsewhere && { url: 'https://web.example/register' }),
        ...(input.token !== undefined && { token: 'accepted' as const }),
      };
    },
    'accounts.register': ({ answers }: Input<'accounts.register'>) => {
      const name = answers.find((answer) => answer.name === 'username')?.values[0] ?? '';
      if (name === 'taken') throw new Refusing('refused', 'conflict', undefined, 'conflict');
      return signIn(`${name}@${domain}`);
    },
    'accounts.cancelRegistration': () => ({}),
    'accounts.changePassword': () => ({}),
    'accounts.deleteOnServer': ({ account }: Input<'accounts.deleteOnServer'>) => {
      announce({ put: 'no-account', account });
      return {};
    },
    'accounts.invite': () => later,
    'accounts.announceMove': () => ({ told: 3 }),
    'app.openUri': ({ uri }: Input<'app.openUri'>) => {
      if (readXmppUri(uri) === undefined) throw new Refusing('not-an-address');
      announce({ put: 'intent', uri });
      return {};
    },
    'app.showChat': ({ chat }: Input<'app.showChat'>) => {
      announce({ put: 'wanted', chat });
      return {};
    },
    'app.dropIntent': () => {
      announce({ put: 'no-intent' });
      return {};
    },
  };
}
