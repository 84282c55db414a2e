import {
  AlertOutlined,
  ApiOutlined,
  AuditOutlined,
  BranchesOutlined,
  CheckSquareOutlined,
  DashboardOutlined,
  FileSearchOutlined,
  GlobalOutlined,
  MenuOutlined,
  NodeIndexOutlined,
  SearchOutlined,
  StopOutlined,
  TeamOutlined,
  ThunderboltOutlined,
  WarningOutlined,
} from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { Link, NavLink, Outlet, useLocation, useNavigate } from "react-router";
import { LiveContext, useLiveStream } from "../api/live";
import { useMay } from "../api/session";
import { Loading } from "../components/Loading";
import { useText } from "../i18n/text";
import { useShortcuts } from "../keyboard/shortcuts";
import { Account } from "./Account";
import { Mark } from "./Mark";
import { to } from "./paths";
import css from "./Shell.module.css";

const Palette = lazy(() => import("./Palette"));
const ShortcutHelp = lazy(() => import("./ShortcutHelp"));

/** The frame of every page: navigation at the side, the page, and what the whole console listens to. */
export function Shell() {
  const live = useLiveStream();
  const t = useText().shell;
  const navigate = useNavigate();
  const location = useLocation();
  const [open, setOpen] = useState<"" | "palette" | "help">("");
  // The menu of a narrow screen belongs to the page it was opened on.
  const [menuAt, setMenuAt] = useState("");
  const menuOpen = menuAt === location.key;
  const go = (path: string) => () => void navigate(path);
  useShortcuts({
    "g e": go(to.events()),
    "g i": go(to.events()),
    "g a": go(to.alerts()),
    "g n": go(to.entities()),
    "g r": go(to.rules()),
    "g d": go(to.disposal()),
    "g l": go(to.sources()),
    "g t": go(to.intel()),
    "g o": go(to.overview()),
    "Control+k": () => setOpen("palette"),
    "?": () => setOpen("help"),
  });
  return (
    <LiveContext value={live}>
      <div className={css.shell}>
        <a href="#main" className={css.skip}>
          {t.skip}
        </a>
        <div className={css.side} data-open={menuOpen}>
          <Link to={to.events()} className={css.brand}>
            <Mark size={22} />
            OpenCTDR
          </Link>
          <div className={css.menu}>
            <Button
              type="text"
              icon={<MenuOutlined />}
              aria-label={t.menu}
              aria-expanded={menuOpen}
              onClick={() => setMenuAt(menuOpen ? "" : location.key)}
            />
          </div>
          <button type="button" className={css.goto} onClick={() => setOpen("palette")}>
            <SearchOutlined />
            {t.goTo}
            <kbd>⌃K</kbd>
          </button>
          <Navigation fresh={live.freshEvents.size} />
          <Account connection={live.connection} onHelp={() => setOpen("help")} />
        </div>
        <main id="main" className={css.main} tabIndex={-1}>
          <Suspense fallback={<Loading page />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <Suspense fallback={null}>
        {open === "palette" && <Palette onClose={() => setOpen("")} />}
        {open === "help" && <ShortcutHelp onClose={() => setOpen("")} />}
      </Suspense>
    </LiveContext>
  );
}

function Navigation({ fresh }: { fresh: number }) {
  const t = useText().shell.nav;
  const isAdmin = useMay("admin");
  return (
    <nav className={css.nav} aria-label="OpenCTDR">
      <Item to={to.overview()} icon={<DashboardOutlined />} label={t.overview} />
      <div className={css.group}>{t.detect}</div>
      <Item to={to.events()} icon={<WarningOutlined />} label={t.events} count={fresh} />
      <Item to={to.alerts()} icon={<AlertOutlined />} label={t.alerts} />
      <Item to={to.entities()} icon={<NodeIndexOutlined />} label={t.entities} />
      <Item to={to.rules()} icon={<FileSearchOutlined />} label={t.rules} />
      <div className={css.group}>{t.respond}</div>
      <Item to={to.disposal()} icon={<StopOutlined />} label={t.disposal} />
      <Item to={to.responseRules()} icon={<ThunderboltOutlined />} label={t.responseRules} />
      <Item to={to.whitelist()} icon={<CheckSquareOutlined />} label={t.whitelist} />
      <div className={css.group}>{t.data}</div>
      <Item to={to.sources()} icon={<ApiOutlined />} label={t.sources} />
      <Item to={to.intel()} icon={<GlobalOutlined />} label={t.intel} />
      <div className={css.group}>{t.manage}</div>
      <Item to={to.correlation()} icon={<BranchesOutlined />} label={t.correlation} />
      <Item to={to.audit()} icon={<AuditOutlined />} label={t.audit} />
      {isAdmin && <Item to={to.users()} icon={<TeamOutlined />} label={t.users} />}
    </nav>
  );
}

function Item(props: { to: string; icon: ReactNode; label: string; count?: number }) {
  return (
    <NavLink to={props.to} className={css.item}>
      {props.icon}
      {props.label}
      {props.count ? <span className={css.count}>{props.count > 99 ? "99+" : props.count}</span> : null}
    </NavLink>
  );
}
