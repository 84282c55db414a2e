/** Where a new rule starts: complete, so that it passes its check as it is. */
export const RULE_TEMPLATE = `title: Login page guessed
title_zh: 登录页面被暴力猜测
id: login-page-guessed
status: experimental
description: One client posts to the login page and is refused.
level: medium
logsource:
  category: webserver
detection:
  selection:
    cs-method: POST
    cs-uri-stem|contains: /login
    sc-status: 401
  condition: selection
tags:
  - attack.credential_access
  - attack.t1110
`;
