using System.Text;

namespace Granary.Memory.Shared;

/// <summary>Agents and processes of the pool; all under the lock.</summary>
public sealed partial class SharedPool
{
    private const uint BetweenReclaims = 10;

    /// <summary>The number of an agent, 1 or more; -1 where it is not there and cannot be added.</summary>
    private int FindAgent(string name, bool add)
    {
        Span<byte> bytes = stackalloc byte[SharedGeometry.AgentNameBytes];
        bytes = bytes[..Encoding.UTF8.GetBytes(name, bytes)];
        for (var agent = 1; agent < _map.Geometry.Agents; agent++)
        {
            var length = Volatile.Read(ref _map.AgentNameLength(agent));
            if (length == 0)
            {
                if (!add) return -1;
                bytes.CopyTo(_map.AgentName(agent));
                _map.AgentLimit(agent) = 0;
                Moment();
                Volatile.Write(ref _map.AgentNameLength(agent), (uint)bytes.Length);
                return agent;
            }
            if (length == (uint)bytes.Length && _map.AgentName(agent)[..bytes.Length].SequenceEqual(bytes)) return agent;
        }
        return -1;
    }

    private string AgentName(int agent) => NameOf(_map, agent);

    internal static string NameOf(SharedMap map, int agent) => agent == 0
        ? "*"
        : Encoding.UTF8.GetString(map.AgentName(agent)[..(int)Math.Min(map.AgentNameLength(agent), SharedGeometry.AgentNameBytes)]);

    private int AddProcess()
    {
        var free = FreeProcess();
        if (free < 0)
        {
            ReclaimDead();
            free = FreeProcess();
        }
        if (free < 0) return -1;
        _map.ProcessAgent(free) = (uint)_agent;
        Moment();
        Volatile.Write(ref _map.Process(free), _identity);
        return free;
    }

    private int FreeProcess()
    {
        for (var process = 0; process < _map.Geometry.Processes; process++) if (_map.Process(process) == 0) return process;
        return -1;
    }

    /// <summary>Drops what processes hold that are gone.</summary>
    private void ReclaimDead()
    {
        for (var process = 0; process < _map.Geometry.Processes; process++)
        {
            var identity = _map.Process(process);
            if (identity == 0 || identity == _identity || _alive(identity)) continue;
            DropProcess(process);
            _map.Counter(SharedCounter.Reclaimed)++;
        }
    }

    /// <summary><see cref="ReclaimDead"/>, unless that was a moment ago: a full pool would ask the kernel after every process at every call.</summary>
    private void ReclaimDeadNowAndThen()
    {
        if ((uint)Now - _map.Head.ReclaimedAt < BetweenReclaims) return;
        _map.Head.ReclaimedAt = (uint)Now;
        ReclaimDead();
    }

    private void DropProcess(int process)
    {
        for (var reference = 0; reference < _map.Geometry.References; reference++)
        {
            var word = new ReferenceWord(_map.Reference(reference));
            if (word.Bits == 0 || word.Process != process) continue;
            Drop(reference, word);
            if (process != _process) _map.Counter(SharedCounter.Reclaimed)++;
        }
        Volatile.Write(ref _map.Process(process), 0);
        Moment();
    }
}
