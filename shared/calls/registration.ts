/** The calls about what becomes of accounts on their servers: made, changed, moved, deleted; and about invitations. */
import * as v from 'valibot';
import { account, addressText, fingerprint, id, nothing, password, shortText } from '../parts.ts';
import { proxySchema, serverSchema } from '../rows/connection.ts';
import { answersSchema, formSchema } from '../rows/form.ts';

/** What a server wants to know of somebody who would like an account. */
export const registrationSchema = v.strictObject({
  /** The open stream that the form belongs to. */
  registration: id,
  domain: v.string(),
  /** `elsewhere`: nothing can be filled in here; see `url`. */
  kind: v.picklist(['form', 'fields', 'elsewhere']),
  form: formSchema,
  /** A web page to register at, instead or as well. Opened only when the person wants to. */
  url: v.optional(v.string()),
  /** What became of the token of an invitation: `ignored` by a server that takes none. */
  token: v.optional(v.picklist(['accepted', 'refused', 'ignored'])),
});
export type RegistrationRow = v.InferOutput<typeof registrationSchema>;

/** An invitation to give to a friend. */
export const invitationSchema = v.strictObject({
  /** The `xmpp:` address. */
  uri: v.string(),
  /** A web page that says the same to those without a program for it. */
  page: v.optional(v.string()),
  expires: v.optional(v.number()),
  /** It serves to create an account, too. */
  mayRegister: v.boolean(),
});
export type InvitationRow = v.InferOutput<typeof invitationSchema>;

/** Either it is done, or the server wants this form to be filled in first. */
const doneOrForm = v.strictObject({ form: v.optional(formSchema) });

export const registration = {
  /** Asks a server for its form. One is open at a time: the next one closes it. */
  'accounts.registrationForm': {
    input: v.strictObject({
      domain: addressText,
      token: v.optional(shortText),
      server: v.optional(serverSchema),
      proxy: v.optional(proxySchema),
      pins: v.optional(v.array(fingerprint)),
    }),
    output: registrationSchema,
  },
  /**
   * Hands in the form. The account is stored as soon as its server says that it exists, and comes online by itself.
   * Refuses with `too-late` when the stream of the form has ended meanwhile: then there is a new form to ask for.
   */
  'accounts.register': {
    input: v.strictObject({
      registration: id,
      answers: answersSchema,
      keepPassword: v.optional(v.boolean()),
    }),
    output: account,
  },
  'accounts.cancelRegistration': { input: nothing, output: nothing },
  /** Changes the password on the server, then here. The account has to be online. */
  'accounts.changePassword': {
    input: v.strictObject({ account: id, password, answers: v.optional(answersSchema) }),
    output: doneOrForm,
  },
  /**
   * Deletes the account on its server with all that is kept there, then here.
   * `address` is what the person typed to confirm it.
   */
  'accounts.deleteOnServer': {
    input: v.strictObject({ account: id, address: addressText, answers: v.optional(answersSchema) }),
    output: doneOrForm,
  },
  /** Makes an invitation to become a contact: the server's, or one of our own where it makes none. */
  'accounts.invite': { input: account, output: invitationSchema },
  /** Tells the contacts of an account that its owner is at another account of this profile from now on. */
  'accounts.announceMove': {
    input: v.strictObject({ account: id, to: id }),
    /** How many were told. */
    output: v.strictObject({ told: v.number() }),
  },
  /** An `xmpp:` address from outside the window: shown to the person as an intent, nothing more. */
  'app.openUri': { input: v.strictObject({ uri: addressText }), output: nothing },
  /** A chat that was asked for outside the window: it opens, now or as soon as there is a window. */
  'app.showChat': { input: v.strictObject({ chat: id }), output: nothing },
  /** What was asked for outside the window is dealt with. */
  'app.dropIntent': { input: nothing, output: nothing },
} as const;
