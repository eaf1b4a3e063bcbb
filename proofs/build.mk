scripts += prove
script.prove.file := proofs/prove
script.prove.budget_s := 600

# Eva takes some minutes of processor time, most of them the effects; the mutants are some thirty proofs that fail, each after its time.
long_scripts += eva proof-mutants
script.eva.file := proofs/eva
script.eva.budget_s := 1200
script.proof-mutants.file := proofs/mutants
script.proof-mutants.budget_s := 1800
