//! Definitions that nobody would write: whatever the text, reading it ends soon and without a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::tests::collect;

/// Definitions to start from, with the paths that they are tried under.
const SEEDS: &[(&str, &str)] = &[
    (
        ".github/workflows/a.yml",
        "name: A\non:\n  pull_request_target: {types: [opened], paths-ignore: ['docs/**']}\n  workflow_dispatch:\n    inputs:\n      \
         target: {type: string, default: x}\n  workflow_call:\n    inputs: {v: {type: number}}\n    outputs: {o: {value: '${{ jobs.a.outputs.o }}'}}\n\
         permissions:\n  contents: write\nenv: &env\n  TITLE: ${{ github.event.pull_request.title }}\n  N: 1\njobs:\n  a:\n    \
         if: github.event.pull_request.head.repo.full_name == github.repository && !contains(github.actor, 'x') || always()\n    \
         runs-on: [self-hosted, '${{ matrix.os }}']\n    strategy:\n      matrix:\n        os: [ubuntu-latest, \"${{ inputs.target }}\"]\n        \
         include: ${{ fromJSON(needs.b.outputs.m) }}\n    env:\n      <<: *env\n    outputs:\n      o: ${{ steps.s.outputs.o }}\n    steps:\n      \
         - uses: actions/checkout@v4\n        with: {ref: '${{ github.event.pull_request.head.sha }}', path: p}\n      - id: s\n        run: |\n          \
         set -euo pipefail\n          V=$(echo \"${{ env.TITLE }}\" | sed 's/[^a-z]//g')\n          if [[ \"$V\" =~ ^[a-z]+$ ]]; then echo \"o=$V\" >> \"$GITHUB_OUTPUT\"; fi\n          \
         cat <<EOF >> $GITHUB_ENV\n          K<<X\n          ${{ toJSON(github.event) }}\n          X\n          EOF\n          \
         case \"$V\" in a|b) make test ;; *) exit 1 ;; esac\n          eval \"$TITLE\" && npm ci || true\n      - uses: actions/github-script@v7\n        \
         with:\n          script: |\n            console.log(`${{ join(github.event.commits.*.message, ',') }}`)\n      - uses: ./act\n        \
         with: {x: '${{ github.head_ref }}'}\n  b:\n    needs: a\n    uses: ./.github/workflows/b.yml\n    secrets: inherit\n    with: {v: '${{ needs.a.outputs.o }}'}\n",
    ),
    (
        ".github/workflows/b.yml",
        "on: {workflow_call: {inputs: {v: {type: string}}}}\njobs:\n  c:\n    runs-on: x\n    steps:\n      - run: echo ${{ inputs['v'] }}\n        \
         shell: pwsh\n      - uses: ./.github/workflows/a.yml\n",
    ),
    (
        "act/action.yml",
        "name: x\ninputs: {x: {default: y}}\nruns:\n  using: composite\n  steps:\n    - run: gh pr checkout 1 && ./x.sh ${{ inputs.x }}\n      \
         shell: bash\n    - uses: ./act\n",
    ),
    (
        ".gitlab-ci.yml",
        "include:\n  - local: /ci/*.yml\n  - template: Jobs/SAST.gitlab-ci.yml\nvariables: {A: 'x'}\nworkflow:\n  rules:\n    \
         - if: $CI_PIPELINE_SOURCE == \"merge_request_event\" && ($A =~ /^x+$/i || $B != null)\n.base: &b\n  script: [make test, !reference [t, script]]\nt:\n  \
         extends: [.base]\n  <<: *b\n  rules:\n    - changes: [src/**]\n      when: manual\n    - if: '$CI_COMMIT_TAG'\n  only: [tags, /^v.*$/]\n",
    ),
    (
        ".circleci/config.yml",
        "version: 2.1\ncommands:\n  c:\n    parameters: {t: {default: x}}\n    steps: [c, {run: {command: '<< parameters.t >> test', working_directory: d}}]\njobs:\n  \
         j: {steps: [checkout, {c: {t: cargo}}, {when: {condition: x, steps: [{run: pytest}]}}]}\nworkflows:\n  w: {jobs: [{j: {filters: {branches: {only: [main, /v.*/]}}}}, o/t]}\n",
    ),
    (
        "appveyor.yml",
        "environment:\n  A: x\n  TOKEN: {secure: abc}\n  matrix: [{B: 1}]\ninit:\n- ps: iex $env:APPVEYOR_REPO_COMMIT_MESSAGE\nbuild_script:\n\
         - cmd: echo %APPVEYOR_PULL_REQUEST_TITLE:~0,3% %A%\n- sh: echo $APPVEYOR_REPO_BRANCH\n- echo %APPVEYOR_REPO_COMMIT_AUTHOR%\n\
         test_script: [make test]\ndeploy:\n- provider: NuGet\n  api_key: {secure: x}\n  on: {appveyor_repo_tag: true}\n",
    ),
    (
        "cloudbuild.yaml",
        "steps:\n- name: gcr.io/cloud-builders/docker\n  id: a\n  entrypoint: bash\n  args: ['-c', 'echo $_X ${_Y} $$Z $BRANCH_NAME $(cat f)']\n  \
         secretEnv: [KEY]\n- name: x\n  script: |\n    go test ./... $TAG_NAME\n  env: ['A=$_X', 'B=${COMMIT_SHA}']\n  waitFor: [a]\n\
         substitutions: {_X: a, _Y: ''}\navailableSecrets: {secretManager: [{versionName: v, env: KEY}]}\noptions: {dynamicSubstitutions: true}\nimages: [a]\n",
    ),
    (
        ".circleci/other.yml",
        "version: 2.1\norbs: {o: a/b@1}\nparameters: {x: {type: string, default: ''}, y: {type: enum, enum: [a]}}\njobs:\n  j:\n    \
         environment: {T: << pipeline.git.commit.subject >>}\n    steps: [{run: 'echo << pipeline.parameters.x >> \"$T\"'}, {run: {command: eval $CIRCLE_BRANCH}}]\n\
         workflows: {w: {jobs: [{j: {context: [c], filters: {tags: {only: /v.*/}}}}]}}\n",
    ),
    (
        "azure-pipelines.yml",
        "trigger: [main]\npr: {branches: {include: ['*']}, paths: {exclude: [docs]}}\nstages:\n- stage: s\n  jobs:\n  - job: j\n    condition: succeeded()\n    \
         steps:\n    - template: t.yml\n    - ${{ if eq(1, 1) }}:\n      - bash: |\n          go test ./...\n    - task: Maven@4\n      inputs: {goals: 'verify {goals}'}\n",
    ),
    (
        ".travis.yml",
        "language: go\nbranches: {only: [main, /^v\\d+/]}\njobs:\n  include:\n    - if: type = push\n      script: [go test ./...]\n",
    ),
    (
        "Jenkinsfile",
        "pipeline { // x\n stages { stage('T') { steps { sh \"\"\"make 'test' \\\" \"\"\" \n bat(script: 'x') } } } }\n",
    ),
    ("Makefile", "test: a b\n\tcargo test\na:\n\t$(MAKE) b\nb: a\n\t./x.sh\n"),
];

/// Pieces that mean something to one of the readers.
const PIECES: &[&str] = &[
    "${{",
    "}}",
    "${{ ",
    " }}",
    "'",
    "\"",
    "`",
    "$(",
    ")",
    "((",
    "{",
    "}",
    "[",
    "]",
    "<<",
    "<<EOF",
    "EOF",
    "&a ",
    "*a",
    "<<: *a",
    "|",
    ">-",
    "|\n",
    "\n",
    "\n  ",
    "\t",
    ": ",
    "- ",
    "#",
    "\\",
    "\\\n",
    "&&",
    "||",
    ";",
    ";;",
    "esac",
    "case x in",
    "if ",
    "then",
    "fi",
    "$",
    "${X",
    "%",
    "!",
    "?",
    "/",
    "..",
    "../",
    "./",
    "é",
    "\u{1f600}",
    "\u{0}",
    "\u{feff}",
    "0",
    "true",
    "null",
    "~",
    "on:",
    "jobs:",
    "steps:",
    "uses: ./act",
    "run: ",
    "env:",
    "with:",
    "github.event.issue.title",
    "inputs.x",
    "env.TITLE",
    "fromJSON(",
    "format('{0}',",
    ".*",
    "['x']",
    "$GITHUB_ENV",
    ">> $GITHUB_OUTPUT",
    "eval ",
    "bash -c ",
    "!reference [t, script]",
    "extends: t",
    "$CI_COMMIT_TAG =~ /",
    "<< parameters.",
    "<< pipeline.git.commit.subject >>",
    "$[[ inputs.x ]]",
    "spec: {inputs: {x: {type: string}}}\n---\n",
    "$CI_COMMIT_MESSAGE",
    "%APPVEYOR_REPO_COMMIT_MESSAGE%",
    "%TITLE:~",
    "shell: cmd\n",
    "${_X}",
    "{secure: x}",
    ">>",
    "template: ",
    "'''",
    "\"\"\"",
    "/*",
    "//",
];

/// A sequence of numbers that looks like chance.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit.max(1) as u64)).unwrap_or(0)
    }

    /// A place of a text that is a boundary of characters.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn range(&mut self, text: &str) -> (usize, usize) {
        let (a, b) = (self.place(text), self.place(text));
        (a.min(b), a.max(b))
    }
}

fn mutate(text: &str, chance: &mut Chance) -> String {
    let mut text = text.to_owned();
    for _ in 0..=chance.below(6) {
        let at = chance.place(&text);
        let (from, to) = chance.range(&text);
        let to = if chance.below(4) > 0 { text.floor_char_boundary((from + 40).min(to)) } else { to };
        match chance.below(9) {
            0..=2 => text.insert_str(at, PIECES[chance.below(PIECES.len())]),
            3 => text.replace_range(from..to, ""),
            4 => {
                let part = text[from..to].to_owned();
                text.insert_str(at, &part);
            }
            5 => {
                let piece = PIECES[chance.below(PIECES.len())].repeat(1 + chance.below(3_000));
                text.insert_str(at, &piece);
            }
            6 => {
                let part = text[from..to].to_owned();
                let times = (1 + chance.below(200)).min(60_000 / part.len().max(1));
                text.insert_str(at, &part.repeat(times));
            }
            7 => {
                let other = SEEDS[chance.below(SEEDS.len())].1;
                let (from, to) = chance.range(other);
                text.insert_str(at, &other[from..to]);
            }
            _ => {
                let mut lines: Vec<&str> = text.lines().collect();
                if !lines.is_empty() {
                    let (a, b) = (chance.below(lines.len()), chance.below(lines.len()));
                    lines.swap(a, b);
                }
                text = lines.join("\n");
            }
        }
    }
    text
}

/// Reads one made-up repository; tells what is wrong with it.
fn attempt(seed: u64) -> Result<(), String> {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut files: Vec<(&str, String)> = SEEDS.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
    for _ in 0..=chance.below(3) {
        let index = chance.below(files.len());
        files[index].1 = mutate(&files[index].1, &mut chance);
    }
    let given: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let mut least = Duration::MAX;
    // Other work on the machine may disturb one measurement, not three.
    for _ in 0..3 {
        let start = Instant::now();
        catch_unwind(AssertUnwindSafe(|| drop(collect(&given)))).map_err(|_| format!("seed {seed} panics"))?;
        least = least.min(start.elapsed());
        if least < Duration::from_secs(1) {
            return Ok(());
        }
    }
    Err(format!("seed {seed} takes {least:?} ({} bytes)", given.iter().map(|(_, text)| text.len()).sum::<usize>()))
}

#[test]
fn made_up_definitions_are_read_soon_and_without_a_panic() {
    for seed in 1..=40 {
        attempt(seed).expect("it is read");
    }
}

/// The same for ten minutes, on as many seeds as fit: `cargo test -- --ignored made_up`.
#[test]
#[ignore = "takes ten minutes"]
fn made_up_definitions_for_ten_minutes() {
    let start = Instant::now();
    let mut wrong = Vec::new();
    let mut seeds = 1_000..;
    while start.elapsed() < Duration::from_secs(600) {
        wrong.extend(seeds.next().and_then(|seed| attempt(seed).err()));
    }
    assert!(
        wrong.is_empty(),
        "{} of {} seeds: {:#?}",
        wrong.len(),
        seeds.start - 1_000,
        wrong.iter().take(20).collect::<Vec<_>>()
    );
}
