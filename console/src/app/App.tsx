import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useMemo } from "react";
import { RouterProvider } from "react-router";
import { createCache } from "../api/cache";
import { usePreferences } from "./preferences";
import { createRoutes } from "./routes";
import { SessionGate } from "./SessionGate";
import { themeOf } from "./theme";

const cache = createCache();
const router = createRoutes();

/** Everything around the pages: language, look, cache, session, addresses. */
export function App() {
  const { locale, dark } = usePreferences();
  const theme = useMemo(() => themeOf(dark), [dark]);
  return (
    <ConfigProvider
      theme={theme}
      locale={locale === "zh" ? zhCN : enUS}
      componentSize="medium"
      // antd would put a space between two Chinese characters of a button.
      button={{ autoInsertSpace: false }}
    >
      <AntApp message={{ maxCount: 3 }}>
        <QueryClientProvider client={cache}>
          <SessionGate>
            <RouterProvider router={router} />
          </SessionGate>
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
