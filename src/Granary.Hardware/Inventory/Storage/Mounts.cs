using System.Globalization;
using System.Text;

namespace Granary.Hardware;

/// <summary>One mount.</summary>
/// <param name="Number"><c>major:minor</c> of its device; empty where only <c>/proc/self/mounts</c> was there to read.</param>
internal readonly record struct Mount(string Point, string Type, string Device, string Options, string Number)
{
    private static readonly HashSet<string> Pseudo = new(StringComparer.Ordinal)
    {
        "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "securityfs", "pstore", "bpf", "debugfs", "tracefs", "configfs", "fusectl",
        "mqueue", "hugetlbfs", "autofs", "binfmt_misc", "efivarfs", "rpc_pipefs", "nsfs", "ramfs", "selinuxfs", "fuse.lxcfs", "fuse.gvfsd-fuse", "fuse.portal",
    };

    private static readonly string[] Networks = ["nfs", "cifs", "smb", "ceph", "glusterfs", "lustre", "9p", "afs", "fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "beegfs", "gpfs"];

    /// <summary>It holds files of people, not the kernel's.</summary>
    public bool HoldsFiles => !Pseudo.Contains(Type);

    /// <summary>Asking it may wait for another machine, for ever when that is away.</summary>
    public bool IsNetwork
    {
        get
        {
            var type = Type;
            return Networks.Any(n => type.StartsWith(n, StringComparison.Ordinal));
        }
    }

    public bool IsMemory => Type is "tmpfs" or "ramfs" or "zram";

    /// <summary>Mounts in order; of several at one point the last counts, since it covers the others.</summary>
    public static IReadOnlyList<Mount> Read(SystemRoot root)
    {
        var found = new Dictionary<string, Mount>(StringComparer.Ordinal);
        var info = root.Read("/proc/self/mountinfo");
        foreach (var line in (info ?? root.Read("/proc/self/mounts") ?? "").Split('\n'))
            if ((info is null ? FromMounts(line) : FromMountInfo(line)) is { } mount) found[mount.Point] = mount;
        return [.. found.Values.OrderBy(m => m.Point, StringComparer.Ordinal)];
    }

    // proc_pid_mountinfo(5): id parent major:minor root point options [tags...] - type source super-options
    private static Mount? FromMountInfo(string line)
    {
        var dash = line.IndexOf(" - ", StringComparison.Ordinal);
        if (dash < 0) return null;
        var head = line[..dash].Split(' ');
        var tail = line[(dash + 3)..].Split(' ');
        return head.Length < 6 || tail.Length < 2 ? null : new(Unescape(head[4]), tail[0], Unescape(tail[1]), head[5], head[2]);
    }

    private static Mount? FromMounts(string line)
    {
        var fields = line.Split(' ');
        return fields.Length < 4 ? null : new(Unescape(fields[1]), fields[2], Unescape(fields[0]), fields[3], "");
    }

    // blanks, tabs, newlines and backslashes are written as octal
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text[i + 1] is >= '0' and <= '3' && text[i + 2] is >= '0' and <= '7' && text[i + 3] is >= '0' and <= '7')
            {
                plain.Append((char)(((text[i + 1] - '0') * 64) + ((text[i + 2] - '0') * 8) + text[i + 3] - '0'));
                i += 3;
            }
            else plain.Append(text[i]);
        }
        return plain.ToString();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Point} ({Type})");
}
