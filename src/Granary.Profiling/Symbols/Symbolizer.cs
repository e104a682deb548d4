using System.Globalization;
using Granary.Hardware;

namespace Granary.Profiling;

/// <summary>Names of addresses in processes and in the kernel. Files are read once; each address of a process is looked up once. Not for concurrent use.</summary>
internal sealed class Symbolizer(SystemRoot root, StackTable table)
{
    private const int MostProcesses = 4096;
    private readonly Dictionary<int, Space> _spaces = [];
    private readonly Dictionary<(ulong Inode, string Path), SymbolTable> _files = [];
    private readonly Dictionary<ulong, int> _kernelFrames = [];
    private SymbolTable? _kernel;

    /// <summary>Processes whose compiled code gets its names at the end, when their runtime has told them: see <see cref="DeferredFrame"/>.</summary>
    public HashSet<int> Deferred { get; } = [];

    public void Forget(int pid) => _spaces.Remove(pid);

    public void Fork(int parent, int child)
    {
        if (_spaces.TryGetValue(parent, out var space)) _spaces[child] = new(space.Addresses.Copy());
    }

    public void Map(int pid, Mapping mapping)
    {
        // of one that was not sampled yet the whole list is read when it is
        if (!_spaces.TryGetValue(pid, out var space)) return;
        space.Addresses.Map(mapping);
        // what was named there before was of another file
        foreach (var address in space.Frames.Keys.Where(a => a >= mapping.Start && a < mapping.End).ToList()) space.Frames.Remove(address);
    }

    /// <summary>A new program: what the old one had mapped is gone, and what the new one maps follows.</summary>
    public void Exec(int pid)
    {
        if (_spaces.Count >= MostProcesses) _spaces.Clear();
        _spaces[pid] = new(new());
    }

    public int Kernel(ulong address)
    {
        if (_kernelFrames.TryGetValue(address, out var frame)) return frame;
        _kernel ??= SymbolLines.Kernel(root.At("/proc/kallsyms"));
        frame = table.FrameOf(_kernel.Find(address) is { } name ? name + "_[k]" : "[kernel]", "kernel");
        _kernelFrames[address] = frame;
        return frame;
    }

    public int User(int pid, ulong address)
    {
        var space = SpaceOf(pid);
        if (space.Frames.TryGetValue(address, out var frame)) return frame;
        var mapping = space.Addresses.Find(address);
        if (mapping is null && space.ReadAgain())
        {
            // it may have been mapped since; of memory that was made executable later the kernel tells nothing
            space.Addresses = Read(pid);
            mapping = space.Addresses.Find(address);
        }
        frame = FrameOf(pid, address, mapping);
        space.Frames[address] = frame;
        return frame;
    }

    private int FrameOf(int pid, ulong address, Mapping? mapping)
    {
        if (mapping is not { } m) return table.FrameOf("[unknown]");
        if (Deferred.Contains(pid) && (m.Inode == 0 || m.Path.EndsWith(".dll", StringComparison.Ordinal) || m.Path.StartsWith("/memfd:", StringComparison.Ordinal)))
            return table.FrameOf(DeferredFrame.Of(pid, address, m.Inode == 0 ? "" : m.Path[(m.Path.LastIndexOf('/') + 1)..]), DeferredFrame.Module);
        // .NET maps what it compiles twice, through memory that has a file's name
        if (m.Inode == 0 || !m.Path.StartsWith('/') || m.Path.StartsWith("/memfd:", StringComparison.Ordinal))
        {
            if (m.Path is "[vdso]" or "[vsyscall]") return table.FrameOf(m.Path);
            var space = SpaceOf(pid);
            space.PerfMap ??= ReadPerfMap(pid);
            return table.FrameOf(space.PerfMap.Find(address) ?? "[compiled code]", "jit");
        }
        var module = m.Path[(m.Path.LastIndexOf('/') + 1)..];
        return table.FrameOf(SymbolsOf(pid, m).Find(address - m.Start + m.Offset) ?? $"[{module}]", module);
    }

    private SymbolTable SymbolsOf(int pid, Mapping mapping)
    {
        if (_files.TryGetValue((mapping.Inode, mapping.Path), out var symbols)) return symbols;
        // as the process sees it, which may be in a container; else as we do, should it have ended
        using var file = TargetFile.Open(root.At($"/proc/{pid}/root{mapping.Path}"), mapping.Inode) ?? TargetFile.Open(root.At(mapping.Path), mapping.Inode);
        return _files[(mapping.Inode, mapping.Path)] = file is null ? SymbolTable.None : ElfFile.Read(file);
    }

    private SymbolTable ReadPerfMap(int pid)
    {
        var status = root.Read($"/proc/{pid}/status") ?? "";
        var inner = Field(status, "NSpid:") ?? pid.ToString(CultureInfo.InvariantCulture);
        if (!uint.TryParse(Field(status, "Uid:", first: true), NumberStyles.None, CultureInfo.InvariantCulture, out var owner)) return SymbolTable.None;
        using var file = TargetFile.Open(root.At($"/proc/{pid}/root/tmp/perf-{inner}.map"), 0, owner);
        if (file is null) return SymbolTable.None;
        using var stream = new FileStream(file, FileAccess.Read);
        return SymbolLines.PerfMap(stream);
    }

    private static string? Field(string status, string name, bool first = false)
    {
        var line = status.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
        var words = line?.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words is { Length: > 1 } ? words[first ? 1 : ^1] : null;
    }

    private AddressSpace Read(int pid) => AddressSpace.Parse(root.Read($"/proc/{pid}/maps"));

    private Space SpaceOf(int pid)
    {
        if (_spaces.TryGetValue(pid, out var space)) return space;
        if (_spaces.Count >= MostProcesses) _spaces.Clear();
        return _spaces[pid] = new(Read(pid));
    }

    private sealed class Space(AddressSpace addresses)
    {
        private const int MostReads = 20;
        private int _reads;

        public AddressSpace Addresses { get; set; } = addresses;

        public Dictionary<ulong, int> Frames { get; } = [];

        public SymbolTable? PerfMap { get; set; }

        public bool ReadAgain() => _reads++ < MostReads;
    }
}
