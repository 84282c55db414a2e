import { expect, test } from "vitest";
import { entityLabel } from "./entityLabel";

test.each([
  ["process", "web-1/1795461850.688/2210", "pid 2210 · web-1"],
  ["process", "web-1/2210", "pid 2210 · web-1"],
  ["process", "2210", "2210"],
  ["host_account", "web-1/www-data", "www-data · web-1"],
  ["host_account", "web-1/CORP/alice", "CORP/alice · web-1"],
  ["file", "web-1//etc/cron.d/x", "/etc/cron.d/x · web-1"],
  ["file", "web-1//var/www/html/public/uploads/avatar.php", "…/uploads/avatar.php · web-1"],
  ["file", "/etc/passwd", "/etc/passwd"],
  ["file", "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"],
  ["ip", "203.0.113.7", "203.0.113.7"],
  ["ip", "1234/vpc-1/10.0.0.7", "10.0.0.7 · 1234"],
  ["url", "https://example.com/a", "https://example.com/a"],
  ["host", "web-1", "web-1"],
])("a %s %s is called %s", (type, value, label) => {
  expect(entityLabel({ type, value })).toBe(label);
});
