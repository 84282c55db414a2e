import { Button, Input, Popconfirm, Tabs, Alert } from "antd";
import { useSettingsSwitch } from "./useSettingsSwitch";
import { useMay } from "../../api/session";
import { Page, PageHead } from "../../components/PageHead";
import { useUrlValue } from "../../filters/useFilters";
import { useText } from "../../i18n/text";
import { BlockedAnswer } from "./BlockedAnswer";
import { NeverBlockTab } from "./NeverBlockTab";
import { PoliciesTab } from "./PoliciesTab";
import { RunsTab } from "./RunsTab";
import { TasksTab } from "./TasksTab";

/** Everything that was done to someone, until when, and how to take it back. */
export default function Disposal() {
  const t = useText();
  const [tab, setTab] = useUrlValue("tab");
  const [asked, setAsked] = useUrlValue("blocked");
  const settings = useSettingsSwitch();
  const may = useMay("admin");
  return (
    <Page>
      <PageHead title={t.disposal.title}>
        <Input.Search
          key={asked}
          allowClear
          style={{ width: 280 }}
          placeholder={t.disposal.ask}
          aria-label={t.disposal.ask}
          defaultValue={asked}
          onSearch={(value) => setAsked(value.trim())}
        />
        {settings.paused === false && (
          <Popconfirm
            title={t.disposal.pause}
            description={<div style={{ maxWidth: 300 }}>{t.disposal.pauseSure}</div>}
            onConfirm={() => settings.set(true)}
          >
            <Button disabled={!may} loading={settings.isPending}>
              {t.disposal.pause}
            </Button>
          </Popconfirm>
        )}
      </PageHead>
      {settings.paused && (
        <Alert
          type="warning"
          showIcon
          title={t.disposal.pausedOn}
          style={{ marginBottom: 12 }}
          action={
            <Button size="small" disabled={!may} loading={settings.isPending} onClick={() => settings.set(false)}>
              {t.disposal.resume}
            </Button>
          }
        />
      )}
      {asked !== "" && <BlockedAnswer value={asked} onClose={() => setAsked("")} />}
      <Tabs
        activeKey={tab || "policies"}
        onChange={(key) => setTab(key === "policies" ? "" : key)}
        destroyOnHidden
        items={[
          { key: "policies", label: t.disposal.tabs.policies, children: <PoliciesTab /> },
          { key: "tasks", label: t.disposal.tabs.tasks, children: <TasksTab /> },
          { key: "runs", label: t.disposal.tabs.runs, children: <RunsTab /> },
          { key: "never-block", label: t.disposal.tabs["never-block"], children: <NeverBlockTab /> },
        ]}
      />
    </Page>
  );
}
