using System.ComponentModel.DataAnnotations;
using Granary.Execution;
using Granary.Execution.Caching;
using Granary.Execution.Handlers;
using Granary.Execution.Handlers.Plugins;
using Granary.Execution.Memory;
using Granary.Hardware;
using Granary.Model;
using Granary.Silo.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Granary.Silo;

/// <summary>What a node agent says of its machine. Section <c>Node</c> of the configuration; <c>granary node</c> has options for the same.</summary>
public sealed partial class NodeSettings
{
    public const string Section = "Node";

    /// <summary>Default: the machine's host name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Pool that the machine joins. Default <c>default</c>, or what a fleet file declared for this name.</summary>
    public string Pool { get; set; } = TaskId.DefaultPool;

    /// <summary>Declared capacity as <c>cpu=4,memory=8Gi</c>. Default: what the machine has.</summary>
    public string Capacity { get; set; } = "";

    /// <summary>Use control groups where they can be made. Default true.</summary>
    public bool Cgroups { get; set; } = true;

    /// <summary>Give tasks that ask for whole cores cores of their own; only with the machine's own capacity. Default true.</summary>
    public bool PinWholeCores { get; set; } = true;

    /// <summary>How long <c>granary node</c> tries to reach a server that does not answer before it ends; 0 for once. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan ConnectWithin { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Output, work and checkpoints of a task go when they were last written this long ago; 0 keeps them for ever. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan KeepFiles { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often older ones are looked for. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan SweepFilesEvery { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// User as whom tasks run: a name, a number or USER:GROUP-NUMBER. Default: the server's own user, and where that is root, the account
    /// <c>granary</c> if there is one, else <c>nobody</c>. Tasks run as root only where this says <c>root</c>.
    /// </summary>
    public string RunAs { get; set; } = "";

    /// <summary>Keep tasks from gaining rights by set-user-id programs such as sudo (no_new_privs). Default true.</summary>
    public bool NoNewPrivileges { get; set; } = true;

    /// <summary>Accelerators that no library knows, as <c>2 fpga alveo-u250 64Gi, 4 gpu a100 40Gi simulated</c>. Default: none.</summary>
    public string Accelerators { get; set; } = "";

    /// <summary>People and other resources that no machine can measure, as <c>reviewer=2 Mon-Fri 09:00-17:00 Europe/Berlin; licence=10</c>. Default: none.</summary>
    public string Declared { get; set; } = "";

    /// <summary>Memory on /dev/shm that tasks with the label <c>shared-memory</c> share (docs/shared-memory.md), like 256Mi; taken at once. Default: none.</summary>
    public string SharedMemory { get; set; } = "";

    /// <summary>What one agent may have of <see cref="SharedMemory"/>. Default: no limit.</summary>
    public string SharedMemoryPerAgent { get; set; } = "";

    internal SharedMemoryOptions? SharedMemoryOptions => Granary.Execution.Memory.SharedMemoryOptions.Parse(SharedMemory, SharedMemoryPerAgent);

    /// <summary>What tasks' processes are kept to where they do not say so themselves. Default: agents of the class <c>low</c> run as SCHED_BATCH, nice 10.</summary>
    public IConfigurationSection? Isolation { get; set; }

    internal NodeIsolation IsolationDefaults => IsolationSettings.Read(Isolation);

    /// <summary>
    /// Hosts that HTTP tasks may call from here: loopback, any, none, names like *.example.org:443 and networks like 10.0.0.0/8, parted by ';'. Default loopback.
    /// </summary>
    public string HttpHosts { get; set; } = "loopback";

    /// <summary>Run containers: auto, off, podman or docker. Default auto: by what answers here.</summary>
    public string Containers { get; set; } = "auto";

    /// <summary>Directories of this machine that containers may mount, as /srv/data; /srv/models:ro. Default: none.</summary>
    public string ContainerMounts { get; set; } = "";

    /// <summary>What the cache that tasks share may hold, MiB; 0 for no cache. Default 128.</summary>
    [Range(0, 1 << 20)]
    public int CacheMiB { get; set; } = 128;

    /// <summary>What one agent's part of it may hold, MiB; so many agents have a part at a time as fit the whole. Default 16.</summary>
    [Range(1, 1 << 20)]
    public int CachePerAgentMiB { get; set; } = 16;

    /// <summary>A part that was unused for so long makes room for another agent's. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan CacheIdle { get; set; } = TimeSpan.FromMinutes(10);

    internal TaskCache NewCache(string dataDirectory, string node) => new(node, dataDirectory, Path.Combine(dataDirectory, "nodes", node), new TaskCacheOptions
    {
        Capacity = (long)CacheMiB << 20,
        PerAgent = (long)(CacheMiB == 0 ? CachePerAgentMiB : Math.Min(CacheMiB, CachePerAgentMiB)) << 20,
        Idle = CacheIdle,
    }, TimeProvider.System);

    /// <summary>Run tasks in systemd scopes where systemd runs and a task asks for one. Default true.</summary>
    public bool Scopes { get; set; } = true;

    internal ExecutorOptions Executors => new() { HttpHosts = HttpHosts, Containers = Containers, ContainerMounts = ContainerMounts, Scopes = Scopes };

    /// <summary>The node's own handlers and those of plug-ins; what is wrong with a plug-in is a line in the log.</summary>
    internal static HandlerRegistry Handlers(string dataDirectory, ILogger log)
    {
        var registry = HandlerRegistry.Default(TimeProvider.System);
        foreach (var problem in HandlerPlugins.Load(Path.Combine(dataDirectory, HandlerPlugins.Folder), registry)) LogPlugin(log, problem);
        return registry;
    }

    [LoggerMessage(LogLevel.Error, "{Problem}; the node goes on without it")]
    private static partial void LogPlugin(ILogger log, string problem);

    internal IReadOnlyList<DeclaredResource> DeclaredResources => DeclaredResource.Parse(Declared);

    /// <summary>Reads this machine for its agent.</summary>
    internal MachineWatch Watch(string dataDirectory) =>
        new(SystemRoot.Machine, TimeProvider.System, [dataDirectory], DeclaredAccelerator.Parse(Accelerators), DeclaredResources);

    internal NodeSpec ToSpec(ResourceSet? declared, IReadOnlyDictionary<string, string>? labels) => new()
    {
        Name = Name.Length > 0 ? Name : MachineName(),
        Pool = Pool,
        Capacity = declared ?? (Capacity.Length > 0 ? CapacityText.Parse(Capacity) : MeasuredCapacity()),
        Labels = labels,
    };

    /// <summary>What tasks are given where the capacity is the machine's own; of a capacity that was declared nobody knows which devices it means.</summary>
    internal IReadOnlyList<AcceleratorOffer> AcceleratorOffers(ResourceSet? declared) => IsDeclared(declared)
        ? []
        : AcceleratorOffer.Counted(AcceleratorSources.Read(AcceleratorSources.Of(SystemRoot.Machine, DeclaredAccelerator.Parse(Accelerators))));

    private ResourceSet MeasuredCapacity() => AcceleratorCapacity.AddTo(
        MachineInventory.Read(SystemRoot.Machine).Capacity, AcceleratorSources.Read(AcceleratorSources.Of(SystemRoot.Machine, DeclaredAccelerator.Parse(Accelerators))));

    /// <summary>Name of the user as whom tasks run with the configuration of a data directory.</summary>
    /// <exception cref="GranaryException">The setting cannot be followed.</exception>
    public static string RunsAs(string dataDirectory) =>
        TaskUser.NameOf(TaskUser.Choose(GranaryConfiguration.Load(dataDirectory, new Dictionary<string, string?>()).Get<NodeSettings>(Section).RunAs));

    internal bool IsDeclared(ResourceSet? declared) => declared is not null || Capacity.Length > 0;

    /// <summary>The host name with what a node's name may not hold replaced by '-'.</summary>
    internal static string MachineName()
    {
        var name = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')).TrimStart('.', '_', '-');
        return name.Length == 0 ? "local" : name.Length > Names.MaxLength ? name[..Names.MaxLength] : name;
    }
}
