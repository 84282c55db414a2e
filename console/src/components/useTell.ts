import { App } from "antd";
import { createElement } from "react";
import { useText } from "../i18n/text";
import { Failure } from "./Failure";

/** Tells how a change went: a line when it worked, a card that stays when it did not. */
export function useTell() {
  const { message, notification } = App.useApp();
  const t = useText().common;
  return {
    done: (text: string) => void message.success(text),
    failed: (error: unknown) =>
      notification.error({ title: t.failed, description: createElement(Failure, { error }), duration: 12 }),
  };
}
