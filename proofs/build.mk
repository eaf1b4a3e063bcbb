scripts += prove
script.prove.file := proofs/prove
script.prove.budget_s := 600

scripts += eva
script.eva.file := proofs/eva
script.eva.budget_s := 600

# Some fifty proofs that fail, each after its time, and some twenty runs of Eva.
long_scripts += proof-mutants
script.proof-mutants.file := proofs/mutants
script.proof-mutants.budget_s := 2700
