import { DownloadOutlined } from "@ant-design/icons";
import { Button, Dropdown, type MenuProps } from "antd";
import { reportUrl } from "../../api/graph";
import type { ReportFormat } from "../../api/types";
import { useLocale, useText } from "../../i18n/text";

const FORMATS: readonly ReportFormat[] = ["html", "markdown", "stix", "attack_flow"];

/** The event as a file: to read, or for other tools; in the reader's language. */
export function ReportMenu({ event }: { event: string }) {
  const t = useText().graph;
  const locale = useLocale();
  const items: MenuProps["items"] = FORMATS.map((format) => ({
    key: format,
    label: (
      <a href={reportUrl(event, format, locale)} download>
        {t.formats[format]}
      </a>
    ),
  }));
  return (
    <Dropdown trigger={["click"]} menu={{ items }}>
      <Button icon={<DownloadOutlined />}>{t.report}</Button>
    </Dropdown>
  );
}
