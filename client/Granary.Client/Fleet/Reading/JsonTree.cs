using System.Text;
using System.Text.Json;

namespace Granary.Client;

/// <summary>JSON with the line of each value. Strict: no comments, no trailing commas.</summary>
internal ref struct JsonTree
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly TreeBuilder _builder;
    private Utf8JsonReader _reader;
    private long _countedTo;
    private int _line = 1;

    private JsonTree(ReadOnlySpan<byte> bytes, FleetProblems problems)
    {
        _bytes = bytes;
        _builder = new TreeBuilder(problems);
        // One more than the bound, so that the bound's own message is the one that is seen.
        _reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = TreeLimits.MaxDepth + 2 });
    }

    /// <summary>Null when the text cannot be read; the problem says why.</summary>
    public static FleetNode? Parse(string text, FleetProblems problems)
    {
        var tree = new JsonTree(Encoding.UTF8.GetBytes(text), problems);
        try
        {
            tree.Next();
            var root = tree.Value();
            if (tree._reader.Read()) throw new TreeException(tree.Line(), "goes on after its end; a fleet file is one object");
            return root;
        }
        catch (TreeException e)
        {
            problems.Add(e.Line, e.Message);
        }
        catch (JsonException e)
        {
            problems.Add((int)(e.LineNumber ?? 0) + 1, $"is not JSON: {Quoting.Clip(FirstSentence(e.Message), 120)}; check the commas, quotes and brackets here");
        }
        catch (InvalidOperationException e)
        {
            problems.Add(tree.Line(), $"is not JSON: {Quoting.Clip(FirstSentence(e.Message), 120)}; check the text here"); // lone surrogate in a string
        }
        return null;
    }

    private FleetNode Value()
    {
        var line = Line();
        _builder.Count(line);
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Map(line);
            case JsonTokenType.StartArray:
                return List(line);
            case JsonTokenType.String:
                return new ScalarNode(line, _reader.GetString()!, Plain: false);
            default:
                return new ScalarNode(line, Encoding.UTF8.GetString(_reader.ValueSpan), Plain: true);
        }
    }

    private ListNode List(int line)
    {
        _builder.Enter(line);
        var items = new List<FleetNode>();
        for (Next(); _reader.TokenType != JsonTokenType.EndArray; Next()) items.Add(Value());
        _builder.Exit();
        return new ListNode(line, items);
    }

    private MapNode Map(int line)
    {
        _builder.Enter(line);
        var entries = new List<MapEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (Next(); _reader.TokenType != JsonTokenType.EndObject; Next())
        {
            var (key, keyLine) = (_reader.GetString()!, Line());
            Next();
            _builder.Add(entries, seen, new MapEntry(key, keyLine, Value()));
        }
        _builder.Exit();
        return new MapNode(line, entries);
    }

    private void Next()
    {
        if (!_reader.Read()) throw new TreeException(Line(), "ends too early; check the brackets");
    }

    /// <summary>Line of the current token; counts each line end of the text once.</summary>
    private int Line()
    {
        var to = Math.Min(_reader.TokenStartIndex, _bytes.Length);
        if (to > _countedTo)
        {
            _line += _bytes[(int)_countedTo..(int)to].Count((byte)'\n');
            _countedTo = to;
        }
        return _line;
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
