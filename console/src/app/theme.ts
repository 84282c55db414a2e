import { theme, type ThemeConfig } from "antd";

const SANS =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Inter, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
const MONO =
  'ui-monospace, SFMono-Regular, "SF Mono", "JetBrains Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", "Liberation Mono", monospace';

const light = {
  colorPrimary: "#2456c8",
  colorInfo: "#2456c8",
  colorSuccess: "#1a7f52",
  colorWarning: "#a86400",
  colorError: "#c4213a",
  colorBgLayout: "#f5f6f8",
  colorBgContainer: "#ffffff",
  colorBgElevated: "#ffffff",
  colorBorder: "#d6dae1",
  colorBorderSecondary: "#e7eaef",
  colorText: "#1a2230",
  colorTextSecondary: "#556072",
  colorTextTertiary: "#6f7a8b",
  colorTextQuaternary: "#a2abb9",
  colorFillAlter: "#f8f9fb",
};

const dark: typeof light = {
  colorPrimary: "#6c96f5",
  colorInfo: "#6c96f5",
  colorSuccess: "#4dbb86",
  colorWarning: "#e0a640",
  colorError: "#f0687a",
  colorBgLayout: "#0e1217",
  colorBgContainer: "#151a21",
  colorBgElevated: "#1b222b",
  colorBorder: "#323b48",
  colorBorderSecondary: "#242c37",
  colorText: "#e4e8ee",
  colorTextSecondary: "#a3aebd",
  colorTextTertiary: "#8591a2",
  colorTextQuaternary: "#5a6575",
  colorFillAlter: "#191f27",
};

/** The look of antd's components. `theme.css` holds the same colours for what is ours. */
export function themeOf(isDark: boolean): ThemeConfig {
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      ...(isDark ? dark : light),
      fontFamily: SANS,
      fontFamilyCode: MONO,
      fontSize: 13,
      controlHeight: 30,
      controlHeightSM: 24,
      borderRadius: 6,
      wireframe: false,
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.18s",
    },
    components: {
      Table: {
        cellPaddingBlockSM: 7,
        cellPaddingInlineSM: 10,
        headerBg: "transparent",
        headerSplitColor: "transparent",
        headerColor: isDark ? dark.colorTextTertiary : light.colorTextTertiary,
      },
      Tabs: { horizontalItemPadding: "8px 0", horizontalItemGutter: 24, horizontalMargin: "0" },
      Drawer: { paddingLG: 20 },
      Form: { itemMarginBottom: 18, verticalLabelPadding: "0 0 4px" },
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none" },
      Tooltip: { fontSize: 12 },
    },
  };
}
