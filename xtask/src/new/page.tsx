// {page}: what the page is for, in a sentence.

import { useTexts } from "../i18n";

export default function Page() {
  const texts = useTexts();
  return <h1>{texts.common.empty}</h1>;
}
