import { MoreOutlined, TranslationOutlined } from "@ant-design/icons";
import { Button, Dropdown, Tooltip, type MenuProps } from "antd";
import type { Connection } from "../api/live";
import { useLogout, useSession } from "../api/session";
import { useText, word } from "../i18n/text";
import { usePreferences } from "./preferences";
import css from "./Shell.module.css";

/** Who is signed in, whether the page is live, language and appearance. */
export function Account({ connection, onHelp }: { connection: Connection; onHelp: () => void }) {
  const t = useText();
  const session = useSession().data;
  const logout = useLogout();
  const { locale, setLocale, appearance, setAppearance } = usePreferences();
  const items: MenuProps["items"] = [
    {
      type: "group",
      label: t.shell.theme,
      children: (["system", "light", "dark"] as const).map((key) => ({ key, label: t.shell[key] })),
    },
    { type: "divider" },
    { key: "help", label: t.shell.shortcuts, extra: "?" },
    { key: "out", label: t.shell.signOut },
  ];
  const onClick: MenuProps["onClick"] = ({ key }) => {
    if (key === "help") onHelp();
    else if (key === "out") logout.mutate();
    else setAppearance(key as typeof appearance);
  };
  return (
    <div className={css.foot}>
      <div className={css.user}>
        <div className="clip">{session?.user.name}</div>
        <Tooltip title={t.shell.live[connection]} placement="topLeft">
          <small>
            <span className={css.dot} data-state={connection} />
            {session ? word(t.words.userRole, session.user.role) : ""} · {session?.product_version}
          </small>
        </Tooltip>
      </div>
      <Tooltip title={t.shell.otherLanguage}>
        <Button
          type="text"
          size="small"
          icon={<TranslationOutlined />}
          aria-label={t.shell.otherLanguage}
          onClick={() => setLocale(locale === "zh" ? "en" : "zh")}
        />
      </Tooltip>
      <Dropdown trigger={["click"]} menu={{ items, onClick, selectable: true, selectedKeys: [appearance] }}>
        <Button type="text" size="small" icon={<MoreOutlined />} aria-label={t.common.more} />
      </Dropdown>
    </div>
  );
}
