import { useEffect, useReducer } from "react";
import { useDeleteRules, useSwitchRules } from "../../api/rules";
import { useMay } from "../../api/session";
import type { Rule, RuleItemResult } from "../../api/types";
import { useTell } from "../../components/useTell";
import { useLocal, useText } from "../../i18n/text";
import { current, emptyList, listReducer, targets } from "../../keyboard/list";
import { useShortcuts } from "../../keyboard/shortcuts";
import type { RuleChange } from "./RuleBulkBar";

/** The list worked by keyboard as the queue of events is: a cursor, a selection, and what is done to it. */
export function useRuleList(rules: Rule[], deletable: boolean, onOpen: (id: string) => void) {
  const words = useText();
  const t = words.rules;
  const local = useLocal();
  const tell = useTell();
  const may = useMay("admin");
  const change = useSwitchRules();
  const remove = useDeleteRules();
  const [list, dispatch] = useReducer(listReducer, emptyList);
  const ids = rules.map((rule) => rule.id).join(" ");
  useEffect(() => dispatch({ type: "rows", ids: ids === "" ? [] : ids.split(" ") }), [ids]);
  const at = current(list);
  useEffect(() => {
    if (at) document.querySelector(`tr[data-row="${at}"]`)?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const apply = (op: RuleChange) => {
    if (!may || targets(list).length === 0) return;
    change.mutate(
      { ids: targets(list), ...op },
      {
        onError: tell.failed,
        onSuccess: ({ changed, results }) => {
          const failed = results.filter((result) => !result.ok).length;
          tell.done(failed === 0 ? t.switched(changed) : t.switchedPartly(changed, failed));
        },
      },
    );
  };
  const nameOf = (id: string) => local(rules.find((rule) => rule.id === id)?.title) || id;
  const why = ({ id, used_by: users, problem }: RuleItemResult) =>
    users?.length ? t.deleteUsed(nameOf(id), users.map(nameOf).join(", ")) : `${nameOf(id)}: ${problem?.detail ?? ""}`;
  const removeAll = (ids: string[]) =>
    remove.mutate(ids, {
      onError: tell.failed,
      onSuccess: ({ changed, results }) => {
        const refused = results.filter((result) => !result.ok);
        if (refused.length === 0) tell.done(t.deleted(changed));
        else tell.partly(t.deletedPartly(changed, refused.length), refused.map(why));
      },
    });
  const askToRemove = () => {
    const ids = targets(list);
    if (!may || ids.length === 0) return;
    if (!deletable) tell.note(t.deleteNot);
    else tell.ask({ title: t.deleteMany(ids.length), detail: t.deleteManySure, action: words.common.delete }, () => removeAll(ids));
  };
  const open = () => {
    if (at) onOpen(at);
  };
  const clear = () => dispatch({ type: "clear" });
  useShortcuts({
    j: () => dispatch({ type: "move", by: 1 }),
    k: () => dispatch({ type: "move", by: -1 }),
    x: () => dispatch({ type: "toggle" }),
    "Shift+X": () => dispatch({ type: "range" }),
    Enter: open,
    o: open,
    e: () => apply({ enabled: true }),
    d: () => apply({ enabled: false }),
    t: () => apply({ testing: true }),
    Delete: askToRemove,
    Backspace: askToRemove,
    Escape: clear,
  });
  return {
    at,
    selected: [...list.selected],
    select: (chosen: string[]) => dispatch({ type: "select", ids: chosen }),
    clear,
    apply,
    askToRemove,
  };
}
