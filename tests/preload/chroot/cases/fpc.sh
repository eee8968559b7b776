# Free Pascal: its compiler, and a program with classes, strings and threads, on its own heap and on malloc.
# packages: fp-compiler fp-units-rtl binutils gcc libc6-dev
# seconds: 120
cat >work.inc <<'E2'
type
	TNode = class
		Next: TNode;
		Text: string;
		List: array of Integer;
	end;
	TWorker = class(TThread)
		N: Integer;
		Sum: QWord;
		procedure Execute; override;
	end;

procedure TWorker.Execute;
var
	i, j: Integer;
	Head, Node: TNode;
	S: TStringList;
begin
	Head := nil;
	S := TStringList.Create;
	for i := 1 to 20000 do
	begin
		Node := TNode.Create;
		Node.Next := Head;
		Node.Text := 'node ' + IntToStr(i * N mod 1999) + StringOfChar('x', i mod 60);
		SetLength(Node.List, i mod 50);
		Head := Node;
		if i mod 10 = 0 then S.Add(Node.Text);
	end;
	S.Sort;
	for i := 0 to S.Count - 1 do
		for j := 1 to Length(S[i]) do Sum := (Sum * 31 + Ord(S[i][j])) mod 4294967291;
	while Head <> nil do
	begin
		Node := Head.Next;
		Sum := (Sum * 31 + QWord(Length(Head.List) + Length(Head.Text))) mod 4294967291;
		Head.Free;
		Head := Node;
	end;
	S.Free;
end;

var
	Workers: array[1..6] of TWorker;
	i: Integer;
begin
	for i := 1 to 6 do
	begin
		Workers[i] := TWorker.Create(True);
		Workers[i].N := i;
		Workers[i].Start;
	end;
	for i := 1 to 6 do
	begin
		Workers[i].WaitFor;
		WriteLn(Workers[i].Sum);
		Workers[i].Free;
	end;
	try
		raise Exception.Create('wanted');
	except
		on E: Exception do WriteLn(E.Message);
	end;
end.
E2
{ echo '{$mode objfpc}{$H+} program own; uses cthreads, Classes, SysUtils;'; cat work.inc; } >own.pas
{ echo '{$mode objfpc}{$H+} program onc; uses cmem, cthreads, Classes, SysUtils;'; cat work.inc; } >onc.pas
for program in own onc; do
	fpc -O2 $program.pas >log 2>&1
	./$program
done
