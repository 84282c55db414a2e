import {
  CloudOutlined,
  CodeOutlined,
  ContainerOutlined,
  DatabaseOutlined,
  DesktopOutlined,
  FileOutlined,
  GlobalOutlined,
  KeyOutlined,
  LinkOutlined,
  NodeIndexOutlined,
  ProfileOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { Dropdown, type MenuProps } from "antd";
import type { ComponentType } from "react";
import { useNavigate } from "react-router";
import type { Entity } from "../api/types";
import { to } from "../app/paths";
import { useText, word } from "../i18n/text";
import { copyText } from "../text/clipboard";
import css from "./EntityChip.module.css";
import { entityLabel } from "./entityLabel";

const ICONS: Record<string, ComponentType> = {
  host: DesktopOutlined,
  ip: NodeIndexOutlined,
  cloud_account: CloudOutlined,
  access_key: KeyOutlined,
  domain: GlobalOutlined,
  file: FileOutlined,
  process: CodeOutlined,
  host_account: UserOutlined,
  url: LinkOutlined,
  registry: ProfileOutlined,
  container: ContainerOutlined,
  cluster: ContainerOutlined,
  oss: DatabaseOutlined,
};

type Shown = Pick<Entity, "type" | "value"> & Partial<Entity>;

/** The filter that finds an entity: its value alone, as people type it. */
export const entityFilter = (entity: Pick<Entity, "value">) => entity.value;

/** An entity: red when malicious, blue when ours; a click offers what can be asked about it. */
export function EntityChip({ entity }: { entity: Shown }) {
  const t = useText();
  const navigate = useNavigate();
  const Icon = ICONS[entity.type] ?? ProfileOutlined;
  const tone = entity.malicious ? "malicious" : entity.is_asset || entity.role === "victim" ? "asset" : "plain";
  const kind = word(t.words.entity, entity.type);
  const roleOf = entity.role ? ` · ${t.words.role[entity.role]}` : "";
  const label = `${kind}: ${entity.value}${roleOf}${entity.malicious ? ` · ${t.common.maliciousTag}` : ""}`;
  const value = entityFilter(entity);
  const items: MenuProps["items"] = [
    { key: "head", type: "group", label },
    { key: "page", label: t.common.entityMenu.page },
    { key: "copy", label: t.common.entityMenu.copy },
    { key: "events", label: t.common.entityMenu.events },
    { key: "alerts", label: t.common.entityMenu.alerts },
    ...(entity.type === "ip" ? [{ key: "blocked", label: t.common.entityMenu.blocked }] : []),
  ];
  const onClick: MenuProps["onClick"] = ({ key, domEvent }) => {
    domEvent.stopPropagation();
    if (key === "page") void navigate(to.entity(entity));
    if (key === "copy") void copyText(entity.value);
    if (key === "events") void navigate(to.events({ view: "all", entity: value }));
    if (key === "alerts") void navigate(to.alerts({ entity: value }));
    if (key === "blocked") void navigate(to.disposal({ blocked: entity.value }));
  };
  return (
    <Dropdown trigger={["click"]} menu={{ items, onClick }}>
      <button
        type="button"
        className={css.chip}
        data-tone={tone}
        title={label}
        aria-label={label}
        onClick={(event) => event.stopPropagation()}
      >
        <Icon />
        <span className="clip">{entityLabel(entity)}</span>
      </button>
    </Dropdown>
  );
}

/** A few chips and how many more there are. */
export function EntityChips({ entities, max = 3 }: { entities: Shown[]; max?: number }) {
  return (
    <span className={css.chips}>
      {entities.slice(0, max).map((entity) => (
        <EntityChip key={`${entity.type}:${entity.value}`} entity={entity} />
      ))}
      {entities.length > max && <span className="muted">+{entities.length - max}</span>}
    </span>
  );
}
