# The part of a document that a program printed: between the lines <!-- NAME --> and <!-- end -->, or in the fenced block behind
# <!-- NAME -->. Prints it; with mode=update prints the document with the part replaced by the file `out`.
function put_out(  line) { while ((getline line < "out") > 0) print line }
{
    is_marker = index($0, "<!-- " name " -->") == 1
    if (state == "inside" && ($0 == "<!-- end -->" || (fenced && /^```/))) { state = "behind"; if (mode == "update") put_out() }
    if (state == "inside" && !fenced && !started && /^```/) { fenced = started = 1; if (mode == "update") print; next }
    if (state == "inside") started = 1
    if (state == "inside" && mode != "update") print
    if (state != "inside" && mode == "update") print
    if (is_marker) { state = "inside"; fenced = started = 0 }
}
