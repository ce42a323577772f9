"""One model learnt by several processes in step: each has a share of the text and a replica of the vectors.

Outermost is `stage`, which runs them as one barrier stage of Spark; `replica` trains, `merge` says when and how rows are
combined, `mesh` carries them. Nothing but `stage` knows Spark, nothing but `replica` and `loads` knows gensim.
The mathematics and what was tried stand in docs/distribution.md.
"""
