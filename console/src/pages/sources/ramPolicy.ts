/** What reading the WAF's logs and setting its rules needs, and nothing more. */
const WAF_ACTIONS = [
  "DescribeInstance",
  "DescribeDefenseResources",
  "DescribeSlsLogStore",
  "DescribeSlsLogStoreStatus",
  "DescribeResourceLogStatus",
  "DescribeDefenseTemplates",
  "DescribeTemplateResources",
  "DescribeDefenseRules",
  "CreateDefenseTemplate",
  "ModifyTemplateResources",
  "CreateDefenseRule",
  "DeleteDefenseRule",
];

const LOG_ACTIONS = ["GetLogStore", "ListShards", "GetCursorOrData"];

/** A custom policy for a RAM user of Alibaba Cloud; `account` narrows it to that account's log stores. */
export function ramPolicy(account: string): string {
  const owner = account.trim() === "" ? "*" : account.trim();
  return JSON.stringify(
    {
      Version: "1",
      Statement: [
        {
          Effect: "Allow",
          Action: LOG_ACTIONS.map((action) => `log:${action}`),
          Resource: `acs:log:*:${owner}:project/wafnew-project-*/logstore/wafnew-logstore`,
        },
        { Effect: "Allow", Action: WAF_ACTIONS.map((action) => `yundun-waf:${action}`), Resource: "*" },
      ],
    },
    null,
    2,
  );
}
