import { Nothing } from "../../components/Nothing";
import { Page, PageHead } from "../../components/PageHead";
import { useText } from "../../i18n/text";

/** What the page is for, in a sentence. */
export default function {Page}() {
  const t = useText();
  return (
    <Page>
      <PageHead title={t.common.title} />
      <Nothing title={t.common.none} />
    </Page>
  );
}
