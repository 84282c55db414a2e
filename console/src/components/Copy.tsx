import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { useText } from "../i18n/text";
import { copyText } from "../text/clipboard";
import css from "./Copy.module.css";

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useText().common;
  const [copied, setCopied] = useState(false);
  const copy = () =>
    void copyText(text).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    });
  return (
    <Button
      type="text"
      size="small"
      icon={copied ? <CheckOutlined /> : <CopyOutlined />}
      aria-label={copied ? t.copied : t.copy}
      onClick={copy}
    >
      {label}
    </Button>
  );
}

/** An id in full, one click from the clipboard. */
export function Identifier({ id }: { id: string }) {
  return (
    <span className={css.identifier}>
      <span className="mono clip">{id}</span>
      <CopyButton text={id} />
    </span>
  );
}

/** Text to read and copy as it is: a rule, a policy, a command. */
export function CodeBlock({ text, label }: { text: string; label?: string }) {
  return (
    <div className={css.code}>
      <div className={css.copy}>
        <CopyButton text={text} />
      </div>
      <pre aria-label={label} tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}
