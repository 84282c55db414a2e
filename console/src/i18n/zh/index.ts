import type { Dictionary } from "../dictionary";
import * as words from "./words";
import { shell, keys, common } from "./shell";
import { events, event, alerts } from "./detect";
import { entities } from "./entities";
import { findings } from "./findings";
import { graph } from "./graph";
import { rules } from "./rules";
import { patterns } from "./patterns";
import { responseRules, conditions, disposal, whitelist } from "./respond";
import { correlation, tuning } from "./tuning";
import { sources } from "./sources";
import { intel } from "./intel";
import { session, overview, audit, users } from "./admin";

export const zh: Dictionary = {
  words,
  shell,
  keys,
  common,
  events,
  event,
  alerts,
  entities,
  findings,
  graph,
  rules,
  patterns,
  responseRules,
  conditions,
  disposal,
  whitelist,
  tuning,
  correlation,
  sources,
  intel,
  session,
  overview,
  audit,
  users,
};
