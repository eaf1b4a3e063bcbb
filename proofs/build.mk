scripts += prove
script.prove.file := proofs/prove
script.prove.budget_s := 600

scripts += eva
script.eva.file := proofs/eva
script.eva.budget_s := 300

# Some thirty proofs that fail, each after its time.
long_scripts += proof-mutants
script.proof-mutants.file := proofs/mutants
script.proof-mutants.budget_s := 1800
