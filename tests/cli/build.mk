scripts += cli-commands cli-story
script.cli-commands.file := tests/cli/commands.t
script.cli-commands.budget_s := 40
script.cli-commands.needs := build/host/bin/dregg build/host/bin/dreggd
script.cli-story.file := tests/cli/story.t
script.cli-story.budget_s := 60
script.cli-story.needs := build/host/bin/dregg build/host/bin/dreggd
