import * as words from "./words";
import { shell, keys, common } from "./shell";
import { events, event, alerts } from "./detect";
import { findings } from "./findings";
import { rules } from "./rules";
import { responseRules, conditions, disposal, whitelist } from "./respond";
import { correlation, tuning } from "./tuning";
import { sources } from "./sources";
import { session, overview, audit, users } from "./admin";

export const en = {
  words,
  shell,
  keys,
  common,
  events,
  event,
  alerts,
  findings,
  rules,
  responseRules,
  conditions,
  disposal,
  whitelist,
  tuning,
  correlation,
  sources,
  session,
  overview,
  audit,
  users,
};
