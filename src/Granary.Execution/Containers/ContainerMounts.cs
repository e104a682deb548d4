using Granary.Model;

namespace Granary.Execution.Containers;

/// <summary>
/// Which directories of the node tasks may mount (<c>Node:ContainerMounts</c>): absolute paths parted by <c>;</c>, each with <c>:ro</c> for reading only; what lies below is allowed too. Paths
/// are compared as they really are, after links.
/// </summary>
public sealed class ContainerMounts
{
    private readonly List<(string Path, bool ReadOnly)> _allowed = [];

    private ContainerMounts()
    {
    }

    /// <exception cref="GranaryException">Invalid: the part that is wrong.</exception>
    public static ContainerMounts Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var mounts = new ContainerMounts();
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var readOnly = part.EndsWith(":ro", StringComparison.Ordinal);
            var path = (readOnly ? part[..^3] : part).TrimEnd('/');
            if (!part.StartsWith('/') || path.Contains(':', StringComparison.Ordinal)) throw GranaryException.Invalid($"Node:ContainerMounts: '{part}' is not valid; write absolute paths like /srv/data or /srv/data:ro, parted by ';'");
            mounts._allowed.Add((path, readOnly));
        }
        return mounts;
    }

    /// <summary>Empty, or in one line why not.</summary>
    public string WhyNot(ContainerMount mount)
    {
        string real;
        try
        {
            real = Real(mount.Source);
        }
        catch (IOException e)
        {
            return $"mount source {mount.Source} cannot be read: {e.Message}";
        }
        if (!Path.Exists(real)) return $"mount source {mount.Source} does not exist";
        foreach (var (path, readOnly) in _allowed)
            if ((real == path || real.StartsWith(path + "/", StringComparison.Ordinal)) && (mount.ReadOnly || !readOnly)) return "";
        return _allowed.Count == 0
            ? $"this node lets nothing be mounted: {mount.Source} would have to be in Node:ContainerMounts"
            : $"this node lets {mount.Source} not be mounted{(mount.ReadOnly ? "" : " for writing")}: Node:ContainerMounts has {string.Join("; ", _allowed.Select(a => a.Path + (a.ReadOnly ? ":ro" : "")))}";
    }

    /// <summary>The path with every link in it followed. A link that is put there later is the engine's to follow: who can make one there may write there anyway.</summary>
    private static string Real(string path)
    {
        var real = "";
        foreach (var step in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real += "/" + step;
            var info = new FileInfo(real);
            if (info.LinkTarget is not null) real = info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
        }
        return real.Length == 0 ? "/" : real;
    }
}
