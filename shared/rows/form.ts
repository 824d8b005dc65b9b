/** A form that somebody else's computer asks a person to fill in (XEP-0004), as the window shows it. */
import * as v from 'valibot';

export const fieldTypes = [
  'boolean',
  'fixed',
  'hidden',
  'jid-multi',
  'jid-single',
  'list-multi',
  'list-single',
  'text-multi',
  'text-private',
  'text-single',
] as const;
export type FieldType = (typeof fieldTypes)[number];

/** Something to look at or to listen to for an answer (XEP-0221): it came along, or lies at a web address. */
export const formMediaSchema = v.strictObject({
  kind: v.picklist(['image', 'audio', 'video', 'other']),
  /** A `data:` address of an image that came with the form. */
  data: v.optional(v.string()),
  /** An `https` address, to be opened only when the person wants to. */
  url: v.optional(v.string()),
  width: v.optional(v.number()),
  height: v.optional(v.number()),
});
export type FormMedia = v.InferOutput<typeof formMediaSchema>;

export const formFieldSchema = v.strictObject({
  /** Empty for text that stands by itself (`fixed`). */
  name: v.string(),
  type: v.picklist(fieldTypes),
  label: v.string(),
  description: v.optional(v.string()),
  isRequired: v.boolean(),
  values: v.array(v.string()),
  options: v.array(v.strictObject({ value: v.string(), label: v.string() })),
  media: v.array(formMediaSchema),
});
export type FormField = v.InferOutput<typeof formFieldSchema>;

export const formSchema = v.strictObject({
  title: v.string(),
  instructions: v.string(),
  fields: v.array(formFieldSchema),
});
export type FormRow = v.InferOutput<typeof formSchema>;

const MOST_VALUES = 128;
/** What the person gave, by field. */
export const answersSchema = v.pipe(
  v.array(
    v.strictObject({
      name: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)),
      values: v.pipe(v.array(v.pipe(v.string(), v.maxLength(8_192))), v.maxLength(MOST_VALUES)),
    }),
  ),
  v.maxLength(MOST_VALUES),
);
export type Answers = v.InferOutput<typeof answersSchema>;
