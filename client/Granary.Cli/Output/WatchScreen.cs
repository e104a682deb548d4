using Granary.Cli.CommandLine;

namespace Granary.Cli.Output;

/// <summary>What <c>--watch</c> shows: on a terminal the same screen again, in a pipe only what differs from the last.</summary>
internal sealed class WatchScreen(Surroundings surroundings)
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private string? _last;

    public void Show(string frame)
    {
        if (!surroundings.OutIsTerminal)
        {
            if (frame == _last) return;
            if (_last is not null) surroundings.Out.WriteLine();
            surroundings.Out.Write(frame);
        }
        else
        {
            // Home, then every line with the rest of it cleared, then what is left of an older, longer frame: nothing flickers.
            var rows = Math.Max(2, surroundings.Height()) - 1;
            var lines = frame.TrimEnd('\n').Split('\n');
            var body = string.Join("\u001b[K\n", lines.Take(rows)) + "\u001b[K\n\u001b[J";
            surroundings.Out.Write((_last is null ? "\u001b[2J" : "") + "\u001b[H" + body);
        }
        surroundings.Out.Flush();
        _last = frame;
    }
}
