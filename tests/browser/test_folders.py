"""Folders are remembered and kept in step: through fossick.js, and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_runtime import Run, evaluate

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

FOLDER = """
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("papers", { create: true });
  const parted = async (path) => {
    const parts = path.split("/");
    let at = folder;
    for (const part of parts.slice(0, -1)) {
      at = await at.getDirectoryHandle(part, { create: true });
    }
    return [at, parts.at(-1)];
  };
  const put = async (path, text) => {
    const [at, name] = await parted(path);
    const handle = await at.getFileHandle(name, { create: true });
    const stream = await handle.createWritable();
    await stream.write(text);
    await stream.close();
  };
  const drop = async (path) => {
    const [at, name] = await parted(path);
    await at.removeEntry(name);
  };
  const counts = ({ added, updated, skipped, removed, moved }) =>
    [added, updated, skipped, removed, moved];
"""


@pytest.fixture
def run(page: Page, site_server: str) -> Run:
    """`run(body, argument)` in a bare page of the site, with the functions of `FOLDER`."""
    page.goto(site_server + BARE)
    return lambda body, argument=None: evaluate(page, FOLDER + body, argument)


def pick_papers(page: Page, site_server: str, there: str = "1 document ready") -> None:
    """Open the page, and pick the folder with its documents."""
    from playwright.sync_api import expect

    page.goto(site_server)
    page.evaluate("""() => {
      globalThis.showDirectoryPicker = async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle("papers");
    }""")
    page.get_by_role("button", name="Add folder").first.click()
    expect(page.get_by_text(there)).to_be_visible(timeout=60_000)


def test_a_folder_is_kept_in_step(run: Run) -> None:
    """Changed, added, renamed and deleted files are exactly what a sync touches."""
    out = run("""
      for (let n = 0; n < 60; n++) await put(`deep/${n % 7}/file ${n}.md`, `# Part ${n}\\n\\ngold`);
      const fossick = await Fossick.open({ collection: "step", embedder: "hash" });
      const first = counts(await fossick.addFolder(folder));
      const same = counts(await fossick.syncFolders());
      await put("deep/1/file 1.md", "silver, changed");
      await put("new.md", "tin");
      await drop("deep/2/file 2.md");
      await put("moved.md", "# Part 2\\n\\ngold");
      await drop("deep/3/file 3.md");
      await put("broken.txt", new Uint8Array([0, 1, 2, 255, 254, 0, 9, 200]));
      const second = await fossick.syncFolders();
      const unread = await fossick.unread();
      const again = counts(await fossick.syncFolders());
      const paths = (await fossick.documents()).map(({ path }) => path);
      const folders = await fossick.folders();
      const known = counts(await fossick.addFolder(folder));
      await fossick.close();
      const reopened = await Fossick.open({ collection: "step", embedder: "hash" });
      const later = [counts(await reopened.syncFolders()), (await reopened.unread()).length];
      await reopened.forgetFolder("papers");
      const left = [(await reopened.documents()).length, (await reopened.folders()).length,
        await code(reopened.forgetFolder("papers"))];
      await reopened.close();
      return { first, same, second: counts(second), failed: second.failed.map(({ path }) => path),
        unread, again, paths, later, left, known,
        folders: folders.map(({ name, permission, synced }) => [name, permission, !!synced]) };
    """)
    assert out["first"] == [60, 0, 0, 0, 0]
    assert out["same"] == [0, 0, 60, 0, 0]
    assert out["second"] == [2, 1, 57, 1, 1]
    assert out["failed"] == ["papers/broken.txt"]
    assert [(one["path"], one["code"]) for one in out["unread"]] == [
        ("papers/broken.txt", "not-text")
    ]
    assert out["again"] == [0, 0, 60, 0, 0]
    assert "papers/moved.md" in out["paths"]
    assert "papers/deep/2/file 2.md" not in out["paths"]
    assert out["folders"] == [["papers", "granted", True]]
    assert out["known"] == [0, 0, 60, 0, 0]
    assert out["later"] == [[0, 0, 60, 0, 0], 1]
    assert out["left"] == [0, 0, "not-found"]


def test_only_what_has_changed_is_looked_at(run: Run) -> None:
    """Files, folders and a .gitignore; gone, moved, left out; what nobody named stays as it is."""
    out = run("""
      for (let n = 0; n < 12; n++) await put(`deep/${n % 3}/file ${n}.md`, `# Part ${n}\\n\\ngold`);
      await put("top.md", "tin");
      const fossick = await Fossick.open({ collection: "changes", embedder: "hash" });
      await fossick.addFolder(folder, { gitignore: true });
      const sync = async (...changed) =>
        counts(await fossick.syncFolders({ changed: changed.map((path) => `papers/${path}`) }));
      const paths = async () => (await fossick.documents()).map(({ path }) => path);
      await put("deep/1/file 1.md", "silver, changed");
      await put("unnoticed.md", "iron");
      const out = [await sync("deep/1/file 1.md", "top.md")];
      await drop("deep/2/file 2.md");
      await put("moved.md", "# Part 2\\n\\ngold");
      await drop("top.md");
      out.push(await sync("deep/2/file 2.md", "moved.md", "top.md", "never was.md"));
      await put("deep/0/broken.txt", new Uint8Array([0, 1, 2, 255, 254, 0, 9, 200]));
      await put("deep/0/more/lead.md", "lead");
      out.push(await sync("deep/0", "deep/0/more/lead.md", "deep/0/more"));
      const unread = (await fossick.unread()).map(({ path, code }) => [path, code]);
      await drop("deep/0/broken.txt");
      out.push(await sync("deep/0/broken.txt"));
      await put("deep/0/.gitignore", "more");
      out.push(await sync("deep/0/.gitignore"), await sync("deep/0/more/lead.md"));
      const ignored = (await fossick.unread()).map(({ path, code }) => [path, code]);
      const before = await paths();
      await folder.removeEntry("deep", { recursive: true });
      out.push(await sync("deep"));
      const left = await paths();
      out.push(await sync(""), await code(fossick.syncFolders({ changed: ["other/a.md"] })));
      return { out, unread, ignored, before, left, last: await paths() };
    """)
    assert out["out"] == [
        [0, 1, 1, 0, 0],
        [1, 0, 0, 1, 1],
        [1, 0, 4, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 4, 1, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 11, 0],
        [1, 0, 1, 0, 0],
        "not-found",
    ]
    assert out["unread"] == [["papers/deep/0/broken.txt", "not-text"]]
    assert out["ignored"] == [
        ["papers/deep/0/.gitignore", "ignored"],
        ["papers/deep/0/more", "ignored"],
    ]
    assert len(out["before"]) == 12 and "papers/unnoticed.md" not in out["before"]
    assert out["left"] == ["papers/moved.md"]
    assert out["last"] == ["papers/moved.md", "papers/unnoticed.md"]


def test_folders_of_one_name(run: Run) -> None:
    """Each has paths of its own; forgetting one leaves the other, and may leave its documents."""
    out = run("""
      const other = await (await root.getDirectoryHandle("elsewhere", { create: true }))
        .getDirectoryHandle("papers", { create: true });
      await put("a.md", "gold");
      const stream = await (await other.getFileHandle("a.md", { create: true })).createWritable();
      await stream.write("silver");
      await stream.close();
      const fossick = await Fossick.open({ collection: "names", embedder: "none" });
      await fossick.addFolder(folder);
      await fossick.addFolder(other);
      const both = (await fossick.documents()).map(({ path }) => path);
      const kept = await fossick.forgetFolder("papers", { keep: true });
      await fossick.forgetFolder("papers (2)");
      const left = (await fossick.documents()).map(({ path }) => path);
      await fossick.close();
      return { both, kept, left };
    """)
    assert out["both"] == ["papers (2)/a.md", "papers/a.md"]
    assert out["kept"] is None
    assert out["left"] == ["papers/a.md"]


def test_changes_that_the_browser_tells_of(page: Page, site_server: str) -> None:
    """The page looks at them at once, and at nothing else."""
    from playwright.sync_api import expect

    page.goto(site_server + BARE)
    evaluate(page, FOLDER + 'await put("gold.md", "gold"); await put("deep/old.md", "tin");')
    pick_papers(page, site_server, "2 documents ready")
    page.evaluate("""() => {
      globalThis.asked = [];
      const sync = fossick.syncFolders.bind(fossick);
      fossick.syncFolders = (options) => {
        asked.push(options.changed ?? "all");
        return sync(options);
      };
    }""")
    page.evaluate(f"""async () => {{ {FOLDER}
      await put("deep/new.md", "The quokka is a small wallaby.");
      await drop("gold.md");
    }}""")
    page.locator("search-box input[type=search]").fill("quokka")
    expect(page.locator(".hit").first).to_contain_text("new.md", timeout=30_000)
    asked = [path for paths in page.evaluate("() => asked") for path in paths]
    assert {"papers/deep/new.md", "papers/gold.md"} <= set(asked)
    assert "papers" not in asked and "all" not in page.evaluate("() => asked")
    assert page.evaluate("async () => (await fossick.stats()).documents") == 2


def test_the_page_keeps_a_folder_in_step(
    page: Page, context: BrowserContext, site_server: str
) -> None:
    """A picked folder stands in the status dialog; its changes are found at the next visit."""
    from playwright.sync_api import expect

    page.goto(site_server + BARE)
    evaluate(page, FOLDER + "await put('one.md', '# Ore\\n\\ngold in the river')")
    pick_papers(page, site_server)
    other = context.new_page()
    other.goto(site_server + BARE)
    evaluate(other, FOLDER + "await put('two.md', 'tin'); await put('bad.txt', new Uint8Array(90))")
    other.close()
    page.reload()
    expect(page.get_by_text("2 documents ready")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Files", exact=True).click()
    dialog = page.get_by_role("dialog", name="Files")
    folders = dialog.get_by_role("list", name="Folders")
    expect(folders.get_by_text("2 documents · up to date")).to_be_visible()
    files = dialog.get_by_role("list", name="Files")
    dialog.get_by_label("State").select_option("empty")
    expect(files.get_by_role("listitem")).to_have_count(1)
    expect(files).to_contain_text("papers/bad.txt")
    expect(files).to_contain_text("Is empty.")
    dialog.get_by_label("State").select_option("")
    looked_for = dialog.get_by_label("Filter files")
    reasons = dialog.get_by_role("list", name="Why it is not here")
    for name in (".git/config", "thesis.docx"):
        looked_for.fill(name)
        expect(reasons.get_by_role("listitem")).to_have_count(1)
        expect(reasons).to_contain_text("No file of this name has been added.")
    looked_for.fill("one")
    expect(reasons).to_have_count(0)
    folders.get_by_role("button", name="Forget papers").click()
    folders.get_by_role("button", name="Forget it and its documents").click()
    expect(folders).to_have_count(0)
    expect(files).to_have_count(0)


def test_rules_of_a_folder(run: Run) -> None:
    """They are remembered; what they leave out goes, is named with the rule, and comes back."""
    out = run("""
      await put("a.md", "gold");
      await put("b.tmp", "silver");
      await put("build/c.md", "tin");
      await put("deep/drafts/d.md", "lead");
      await put(".hidden/e.md", "zinc");
      await put(".gitignore", "build/");
      const fossick = await Fossick.open({ collection: "rules", embedder: "none" });
      const paths = async () => (await fossick.documents()).map(({ path }) => path.slice(7));
      const left = async () => (await fossick.unread())
        .map(({ path, code, message }) => [path.slice(7), code, message]);
      await fossick.addFolder(folder, { ignore: ["*.tmp"] });
      const first = [await paths(), await left()];
      const wanted = { ignore: ["drafts", "!.hidden"], gitignore: true };
      const second = [counts(await fossick.addFolder(folder, wanted)), await paths()];
      const named = await left();
      const [{ ignore, gitignore }] = await fossick.folders();
      const third = [counts(await fossick.syncFolders()), await paths()];
      await fossick.addFolder(folder, { ignore: [], gitignore: false });
      const all = await paths();
      const wrong = await code(fossick.addFolder(folder, { ignore: "*.tmp" }));
      const dropped = await fossick.add([await folder.getDirectoryHandle("deep")],
        { ignore: ["drafts/"] });
      await fossick.close();
      return { first, second, named, rules: { ignore, gitignore }, third, all, wrong,
        dropped: counts(dropped) };
    """)
    paths, left = out["first"]
    assert paths == ["a.md", "build/c.md", "deep/drafts/d.md"]
    assert [path for path, *_ in left] == [".gitignore", ".hidden", "b.tmp"]
    assert left[2][1:] == [
        "ignored", 'papers/b.tmp is left out: the pattern "*.tmp" leaves it out.'
    ]  # fmt: skip
    assert out["second"] == [[2, 0, 1, 2, 0], [".hidden/e.md", "a.md", "b.tmp"]]
    assert [path for path, *_ in out["named"]] == [".gitignore", "build", "deep/drafts"]
    assert out["named"][1][2].endswith('"build/" in .gitignore leaves it out.')
    assert out["rules"] == {"ignore": ["drafts", "!.hidden"], "gitignore": True}
    assert out["third"] == [[0, 0, 3, 0, 0], [".hidden/e.md", "a.md", "b.tmp"]]
    assert out["all"] == ["a.md", "b.tmp", "build/c.md", "deep/drafts/d.md"]
    assert out["wrong"] == "bad-option"
    assert out["dropped"] == [0, 0, 0, 0, 0]


def test_rules_on_the_page(page: Page, site_server: str) -> None:
    """Written under Status with the keyboard; a file that they leave out is explained."""
    from playwright.sync_api import expect

    page.goto(site_server + BARE)
    evaluate(page, FOLDER + "await put('one.md', 'gold in the river')")
    pick_papers(page, site_server)
    page.evaluate(f"async () => {{ {FOLDER} await put('drafts/two.md', 'tin'); }}")
    page.get_by_role("button", name="Files", exact=True).click()
    dialog = page.get_by_role("dialog", name="Files")
    folders = dialog.get_by_role("list", name="Folders")
    folders.get_by_role("button", name="What is left out of papers").press("Enter")
    expect(folders.get_by_label("Leave out")).to_be_focused()
    page.keyboard.type("drafts/\n*.tmp")
    folders.get_by_label("What its .gitignore files name as well").check()
    folders.get_by_role("button", name="Save and update").press("Enter")
    expect(folders.get_by_text("1 document · 1 left out")).to_be_visible(timeout=60_000)
    looked_for = dialog.get_by_label("Filter files")
    reasons = dialog.get_by_role("list", name="Why it is not here")
    looked_for.fill("drafts/two.md")
    expect(reasons).to_contain_text('papers/drafts is left out: the pattern "drafts/"')
    looked_for.fill("thesis.docx")
    expect(reasons).to_contain_text("Or it lies in something that a rule leaves out: drafts.")
    folders.get_by_role("button", name="What is left out of papers").click()
    expect(folders.get_by_label("Leave out")).to_have_value("drafts/\n*.tmp")
    folders.get_by_label("Leave out").fill("")
    folders.get_by_role("button", name="Save and update").click()
    expect(folders.get_by_text("2 documents · up to date")).to_be_visible(timeout=60_000)


def test_a_hit_can_be_cited_and_its_file_opened(
    page: Page, context: BrowserContext, site_server: str
) -> None:
    """Citation and path are copied; the file comes from its folder, as a download."""
    from playwright.sync_api import expect

    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(site_server + BARE)
    evaluate(page, FOLDER + "await put('deep/one.md', '# Ore\\n\\ngold in the river')")
    pick_papers(page, site_server)
    page.get_by_role("searchbox").fill("gold")
    page.get_by_role("list", name="Results").get_by_role("button").first.click()
    preview = page.get_by_role("region", name="Passage in Ore")
    preview.get_by_role("button", name="Copy citation").click()
    expect(preview.get_by_role("status")).to_have_text("Citation copied.")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("Ore")
    assert copied.endswith("(papers/deep/one.md)")
    preview.get_by_role("button", name="Copy path").click()
    expect(preview.get_by_role("status")).to_have_text("Path copied.")
    assert page.evaluate("() => navigator.clipboard.readText()") == "papers/deep/one.md"
    with page.expect_download() as downloads:
        preview.get_by_role("button", name="Open file").click()
    assert downloads.value.suggested_filename == "one.md"
    assert downloads.value.path().read_bytes() == b"# Ore\n\ngold in the river"
