using Granary.Model;

namespace Granary.Client;

/// <summary>
/// The <c>groups:</c> of a file. A group names its place by its path (<c>research/energy</c>) or by <c>parent:</c> and its own name; parents that are declared
/// under short names are followed, and a circle of them is a problem.
/// </summary>
internal static class GroupReader
{
    private sealed record Written(GroupSpec Spec, string Parent, int Line);

    public static (List<GroupSpec> Groups, List<int> Lines) Read(Fields fleet)
    {
        List<Written> written = [];
        foreach (var fields in fleet.Maps("groups", "group"))
        {
            written.Add(new Written(new GroupSpec
            {
                Path = fields.Required("path", "research/energy"),
                Weight = fields.Number("weight", 0),
                Guarantee = fields.Resources("guarantee"),
                Limit = fields.Resources("limit"),
            }, fields.Text("parent"), fields.Line));
            fields.Done();
        }
        return ([.. written.Select(w => w.Spec with { Path = FullPath(w, written, fleet.Problems) })], [.. written.Select(w => w.Line)]);
    }

    private static string FullPath(Written group, List<Written> all, FleetProblems problems)
    {
        var (path, seen) = (group.Spec.Path, new HashSet<string>(StringComparer.Ordinal) { group.Spec.Path });
        for (var at = group; at.Parent.Length > 0;)
        {
            if (GroupPaths.Above(at.Spec.Path) is { Length: > 0 } above)
            {
                if (above == at.Parent) return path;
                problems.Add(group.Line, $"group '{Quoting.Clip(at.Spec.Path)}' is in '{Quoting.Clip(above)}' by its path and in '{Quoting.Clip(at.Parent)}' by its parent; write one of them");
                return path;
            }
            path = $"{at.Parent}/{path}";
            if (!seen.Add(at.Parent))
            {
                problems.Add(group.Line, $"group '{Quoting.Clip(group.Spec.Path)}' is in itself: its parents go in a circle ({Quoting.Clip(path, 120)}); remove one 'parent'");
                return group.Spec.Path;
            }
            if (all.FirstOrDefault(g => g.Spec.Path == at.Parent) is not { } parent) break;
            at = parent;
        }
        return path;
    }
}
