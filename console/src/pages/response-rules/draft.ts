import type { ConditionField, Operator, ResponseAction, ResponseRule, ResponseRuleInput } from "../../api/types";
import { readPredicate } from "../../filters/prefill";

const DAY = 86_400;

/** A new rule: careful by default. It blocks for a day, and suspends itself when it would hit many. */
export function emptyDraft(playbookId: string, defaultSeconds: number | undefined): ResponseRuleInput {
  return {
    name: "",
    enabled: true,
    priority: 100,
    trigger: "event",
    condition: { conditions: [] },
    actions: [
      {
        action: "run_playbook",
        playbook_id: playbookId,
        entity_kind: "ip",
        role: "attacker",
        duration_seconds: defaultSeconds ?? DAY,
        scope: "all",
      },
    ],
    silence_seconds: 3_600,
    expires_at: null,
    max_targets_per_hour: 20,
  };
}

/** What a stored rule takes back when it is saved again. */
export function draftOf(rule: ResponseRule): ResponseRuleInput {
  const { name, enabled, priority, trigger, condition, actions, silence_seconds, expires_at, max_targets_per_hour } = rule;
  return { name, enabled, priority, trigger, condition, actions, silence_seconds, expires_at, max_targets_per_hour };
}

/** A draft with what a link carries; conditions the server does not offer are named in `ignored`. */
export function prefill(
  draft: ResponseRuleInput,
  params: URLSearchParams,
  fields: ConditionField[],
): { draft: ResponseRuleInput; ignored: string[] } {
  const carried = params.getAll("when").flatMap((text) => readPredicate(text) ?? []);
  const offered = (name: string, operator: Operator) =>
    fields.some((field) => field.name === name && field.operators.includes(operator));
  return {
    draft: {
      ...draft,
      name: params.get("name") ?? draft.name,
      condition: { conditions: carried.filter((one) => offered(one.left, one.operator)) },
    },
    ignored: carried.filter((one) => !offered(one.left, one.operator)).map((one) => one.left),
  };
}

/** Whether an action says all it has to. */
export function isComplete(action: ResponseAction): boolean {
  switch (action.action) {
    case "run_playbook":
      return action.playbook_id !== "" && (action.scope === "all" || action.scope.length > 0);
    case "add_tag":
      return action.tag.trim() !== "";
    case "assign_owner":
      return action.owner.trim() !== "";
    case "change_status":
    case "change_level":
      return true;
  }
}
