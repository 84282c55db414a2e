import { expect, test } from "vitest";
import { en } from "../../i18n/en";
import { zh } from "../../i18n/zh";
import { joinText } from "./joinText";

test("an arrow says what both sides share, and in which role", () => {
  const host = { type: "host" as const, from: null, to: null };
  const attacker = { type: "ip" as const, from: "attacker", to: "attacker" };
  const turned = { type: "ip" as const, from: "victim", to: "attacker" };
  const later = { type: "ip" as const, from: null, to: "attacker" };
  expect(joinText([], en)).toBe("");
  expect(joinText([host], en)).toBe("same Host");
  expect(joinText([host, attacker], en)).toBe("same Host or IP address (Attacker)");
  expect(joinText([turned], en)).toBe("same IP address (Asset, now Attacker)");
  expect(joinText([later], en)).toBe("same IP address (any role, now Attacker)");
  expect(joinText([host, attacker], zh)).toBe("相同实体：主机、IP 地址（攻击者）");
});
