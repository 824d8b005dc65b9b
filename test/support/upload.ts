/** A Prosody that takes files. */
import type { ProsodyOptions } from './prosody.ts';

/**
 * Options for `startProsody`: an upload service under the domain's own name, for files of up to `limit` bytes.
 * @param port where its addresses lead, when that is not the server itself
 */
export const takesFiles = (
  limit = 10_485_760,
  port?: number,
): Pick<ProsodyOptions, 'web' | 'components' | 'config'> => ({
  web: true,
  ...(port !== undefined && { config: `http_external_url = "https://localhost:${String(port)}/"` }),
  components: `
Component "upload.localhost" "http_file_share"
http_host = "localhost"
http_file_share_size_limit = ${String(limit)}
http_file_share_daily_quota = ${String(100 * limit)}
`,
});
