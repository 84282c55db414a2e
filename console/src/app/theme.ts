import { theme, type ThemeConfig } from "antd";

const SANS =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Inter, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';
const MONO =
  'ui-monospace, SFMono-Regular, "SF Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono CJK SC", monospace';

const light = {
  colorPrimary: "#2456c8",
  colorInfo: "#2456c8",
  colorSuccess: "#17734a",
  colorWarning: "#965800",
  colorWarningBg: "#fdf6e6",
  colorWarningBorder: "#f0d9a6",
  colorError: "#c4213a",
  colorBgLayout: "#f5f6f8",
  colorBgContainer: "#ffffff",
  colorBgElevated: "#ffffff",
  colorBorder: "#d6dae1",
  colorBorderSecondary: "#e7eaef",
  colorText: "#1a2230",
  colorTextSecondary: "#556072",
  colorTextTertiary: "#647082",
  colorTextQuaternary: "#a2abb9",
  colorFillAlter: "#f8f9fb",
};

const dark: typeof light = {
  colorPrimary: "#4678ee",
  colorInfo: "#4678ee",
  colorSuccess: "#4dbb86",
  colorWarning: "#e0a640",
  colorWarningBg: "#2a2113",
  colorWarningBorder: "#55431d",
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

const ACCENT_DARK = "#7aa2f7";

/** The look of antd's components. `theme.css` holds the same colours for what is ours. */
export function themeOf(isDark: boolean): ThemeConfig {
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      ...(isDark ? { ...dark, colorLink: ACCENT_DARK } : light),
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
      // In the dark a colour that carries white text is too deep to be text itself.
      Tabs: {
        ...(isDark && { itemSelectedColor: ACCENT_DARK, itemHoverColor: ACCENT_DARK, inkBarColor: ACCENT_DARK }),
        horizontalItemPadding: "8px 0", horizontalItemGutter: 24,
        horizontalMargin: "0",
      },
      Drawer: { paddingLG: 20 },
      Form: { itemMarginBottom: 18, verticalLabelPadding: "0 0 4px" },
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none" },
      Tooltip: { fontSize: 12 },
    },
  };
}
