namespace Granary.Hardware;

/// <summary>What <c>/proc/PID/stat</c>, <c>io</c> and <c>status</c> say of a process, as they say it (proc_pid_stat(5), proc_pid_io(5)).</summary>
internal struct ProcessReading
{
    public byte State;
    public int Parent;
    public int Session;

    /// <summary>Clock ticks after boot: with the pid it names a process for good.</summary>
    public ulong Start;

    /// <summary>Its own and that of children it has waited for, clock ticks.</summary>
    public ulong CpuTicks;
    public ulong Threads;
    public ulong ResidentPages;

    /// <summary>Of the devices, its own and of children it has waited for.</summary>
    public ulong ReadBytes, WriteBytes;

    /// <summary>Of its main thread.</summary>
    public ulong Switches;

    public static bool TryStat(ReadOnlySpan<byte> text, out ProcessReading reading)
    {
        reading = default;
        // the name in parentheses may hold spaces and parentheses itself
        var close = text.LastIndexOf((byte)')');
        if (close < 0) return false;
        var fields = new FieldReader(text[(close + 1)..]);
        if (!fields.NextLine()) return false;
        var state = fields.Word();
        if (state.Length != 1) return false;
        reading.State = state[0];
        if (!fields.Number(out var parent)) return false;
        fields.Word();
        if (!fields.Number(out var session)) return false;
        (reading.Parent, reading.Session) = ((int)parent, (int)session);
        fields.Skip(7);
        for (var i = 0; i < 4; i++)
            if (fields.Number(out var ticks)) reading.CpuTicks += ticks;
        fields.Skip(2);
        _ = fields.Number(out reading.Threads);
        fields.Word();
        if (!fields.Number(out reading.Start)) return false;
        fields.Word();
        return fields.Number(out reading.ResidentPages);
    }

    public bool TryIo(ReadOnlySpan<byte> text)
    {
        var fields = new FieldReader(text);
        var found = 0;
        while (fields.NextLine())
        {
            var name = fields.UpTo((byte)':');
            if (name.SequenceEqual("read_bytes"u8) && fields.Number(out ReadBytes)) found++;
            else if (name.SequenceEqual("write_bytes"u8) && fields.Number(out WriteBytes)) found++;
        }
        return found == 2;
    }

    public bool TrySwitches(ReadOnlySpan<byte> text)
    {
        // they are the last lines of a long file
        var at = text.LastIndexOf("\nvoluntary_ctxt_switches:"u8);
        if (at < 0) return false;
        var fields = new FieldReader(text[(at + 1)..]);
        var found = 0;
        while (fields.NextLine())
        {
            _ = fields.UpTo((byte)':');
            if (!fields.Number(out var switches)) continue;
            Switches += switches;
            found++;
        }
        return found == 2;
    }
}
