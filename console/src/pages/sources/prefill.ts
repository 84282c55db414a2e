import type { Connection, SourceConfig, SourceProduct } from "../../api/types";

/** The log store a product usually writes to, in the words of one account. */
export function prefillConfig(product: SourceProduct | undefined, connection: Connection | undefined): SourceConfig {
  const fill = (template: string) =>
    template
      .replace(/[<{]account(?:_?id)?[>}]/i, connection?.account ?? "")
      .replace(/[<{]region[>}]/i, connection?.region ?? "");
  return {
    project: fill(product?.prefill?.project ?? ""),
    logstore: fill(product?.prefill?.logstore ?? ""),
    region: connection?.region ?? "",
  };
}

/** A command that sends a file of log lines. */
export function curlLine(url: string, token: string): string {
  return [
    `curl --fail --data-binary @access.log.gz \\`,
    `  -H "authorization: Bearer ${token}" \\`,
    `  -H "content-type: text/plain" \\`,
    `  -H "content-encoding: gzip" \\`,
    `  ${url}`,
  ].join("\n");
}
