scripts += prove
script.prove.file := proofs/prove
script.prove.budget_s := 600
