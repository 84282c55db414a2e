import { App } from "antd";
import { createElement } from "react";
import { useText } from "../i18n/text";
import { Failure } from "./Failure";

/** Tells how a change went: a line when it worked, a card that stays when it did not. */
export function useTell() {
  const { message, modal, notification } = App.useApp();
  const t = useText().common;
  return {
    done: (text: string) => void message.success(text),
    note: (text: string) => void message.info(text),
    /** Some of it worked; what did not says why, a line each. */
    partly: (title: string, lines: string[]) =>
      notification.warning({
        title,
        description: lines.map((line) => createElement("div", { key: line }, line)),
        duration: 12,
      }),
    /** Asks before something that cannot be taken back: the key that answers by itself is the one that does nothing. */
    ask: (what: { title: string; detail: string; action: string }, onYes: () => void) =>
      void modal.confirm({
        title: what.title,
        content: what.detail,
        okText: what.action,
        okButtonProps: { danger: true },
        focusable: { autoFocusButton: "cancel" },
        onOk: onYes,
      }),
    failed: (error: unknown) =>
      notification.error({ title: t.failed, description: createElement(Failure, { error }), duration: 12 }),
  };
}
