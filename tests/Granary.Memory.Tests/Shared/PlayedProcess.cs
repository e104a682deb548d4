using Granary.Memory.Shared;

namespace Granary.Memory.Tests.Shared;

/// <summary>Processes that a test plays on one pool: each lives until it is told to die between two stores.</summary>
internal sealed class PlayedProcesses(string path)
{
    private readonly HashSet<ulong> _dead = [];
    private ulong _next = (1UL << 30) + 1;

    public (SharedPool Pool, Crashing Process) Start(string agent, int left = int.MaxValue)
    {
        var process = new Crashing(_next++, identity => identity >> 22 != 1 && !_dead.Contains(identity)) { Left = left };
        try
        {
            return (SharedPool.Open(path, agent, process), process);
        }
        catch (CrashedException)
        {
            Bury(process);
            throw;
        }
    }

    public void Bury(Crashing process) => _dead.Add(process.Identity);
}
