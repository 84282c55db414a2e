import { randomUuid } from "../../text/random";

/** Where a new rule starts: complete, with tests, so that it passes its check as it is. */
export function newRule(): string {
  return `title: Login page guessed
id: ${randomUuid()}
status: experimental
description: One client is refused again and again at the login page.
tags: [attack.credential_access, attack.t1110.001]
logsource: {product: nginx, service: access}
detection:
  refused:
    http_request.http_method: POST
    http_request.url.path|contains: /login
    http_response.code: 401
  condition: refused
falsepositives:
  - a person who forgot the password
level: medium
ctdr:
  title:
    en: "Login refused for $src_endpoint.ip$"
    zh: "$src_endpoint.ip$ 登录被拒绝"
  description:
    en: One client is refused again and again at the login page.
    zh: 同一客户端在登录页面多次被拒绝。
  category: abnormal_login
  aggregation: window
  window: 10m
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
  tests:
    - name: a refused login
      source: self_hosted/nginx
      logs:
        - '203.0.113.79 - - [03/Sep/2025:16:30:00 +0000] "POST /login HTTP/1.1" 401 153 "-" "Mozilla/5.0"'
      alerts: 1
    - name: a login that succeeds
      source: self_hosted/nginx
      logs:
        - '203.0.113.79 - - [03/Sep/2025:16:30:00 +0000] "POST /login HTTP/1.1" 200 153 "-" "Mozilla/5.0"'
      alerts: 0
`;
}

/** The methods only predefined rules may use. */
const PREDEFINED_ONLY = /^(\s+aggregation:\s*)(?:graph_compute|expert)\b/gm;

/** A predefined rule as a custom one: ids of its own for all its documents, and a method custom rules may use. */
export function copyOf(text: string): string {
  return text.replace(/^id:.*$/gm, () => `id: ${randomUuid()}`).replace(PREDEFINED_ONLY, "$1window");
}

/** The first product whose logs the tests of a text hold: most likely the one whose log is to be explained. A test names
 * its product once, or a correlation over several names it log by log: `- {source: …, log: …}`. */
export function productOf(text: string): string {
  return /^\s+(?:- )?(?:\{\s*)?source:\s*["']?([\w-]+\/[\w-]+)/m.exec(text)?.[1] ?? "";
}
