"""Closed-class words of Europe in Latin letters: articles, pronouns, prepositions, particles.

They serve twice: as stop words, and as what tells languages apart. Lower case, NFC, spelled with
their diacritics; what an apostrophe cuts off ("l", "qu") stands for itself. A line that starts
with a code begins a language. The English list is in `stop_words`.
"""

WORDS = """
de aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bereits
  bin bis bist da dabei dadurch dafür dagegen daher damit dann daran darauf darf das dass dazu dein
  deine dem den denn der deren des deshalb dessen dich die dies diese diesem diesen dieser dieses
  dir doch dort du durch ein eine einem einen einer eines er es etwa etwas euch euer für gegen habe
  haben hat hatte hatten hier hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem
  ist jede jedem jeden jeder jedes jedoch jetzt kann kein keine keinen können könnte man mein meine
  mich mir mit muss müssen nach nachdem neben nicht nichts noch nun nur ob obwohl oder ohne sehr
  sein seine seinem seinen seiner seit sich sie sind so sobald sogar soll sollte sondern sowie um
  und uns unser unsere unter vom von vor war waren was weder weil welche welchen welcher wenn wer
  werden wie wieder wir wird wo wurde wurden während würde zu zum zur zwar zwischen über
fr a ai alors après as au aucun aucune aussi autre autres aux avait avant avec avez avoir avons c
  car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez comme comment d dans
  de depuis des donc dont du elle elles en encore entre es est et eu eux fait font il ils j jamais
  je jusqu l la laquelle le lequel les lesquels leur leurs lors lorsque lui m ma mais malgré me mes
  mien moi moins mon même n ne ni non nos notre nous on ont ou où par parce parmi pas pendant peut
  peuvent plus plusieurs pour pourquoi près puis puisque qu quand que quel quelle quelles quelque
  quelques quels qui quoi s sa sans sauf se selon sera ses si sinon soit son sont sous sur t ta
  tandis te tel telle tes toi ton toujours tous tout toute toutes très tu un une vers voici voilà
  vos votre vous y à étaient était étant été être
es a al algo alguna algunas alguno algunos ambos ante antes aquel aquella aquellos así aunque aún
  bajo cada casi como con contra cual cuales cualquier cuando cuya cuyo cuál cuándo cómo de debe
  deben del desde donde durante dónde e el ella ellas ellos en entonces entre era eran es esa esas
  ese eso esos esta estaba estas este esto estos está están fue fueron ha había habían han hasta
  hay la las le les lo los mas me mediante mi mientras mis misma mismo mucho muchos muy más mí nada
  ni ninguna ningún no nos nosotros nuestra nuestro o os otra otras otro otros para pero poco por
  porque puede pueden pues que quien quienes quién qué se sea según ser si sido sin sino sobre solo
  son soy su sus suyo sí sólo tal también tampoco tan tanto te tenía ti tiene tienen toda todas
  todo todos tu tus tú un una unas uno unos usted ustedes y ya yo él
it a abbia ad affinché agli ai al alcuna alcune alcuni all alla alle allo altra altre altri altro
  anche ancora avere aveva c che chi ci cioè ciò come con contro cosa così cui d da dagli dai dal
  dalla dalle dallo degli dei del dell della delle dello deve devono di dopo dove due dunque
  durante e ed era erano essa esse essere essi fa fino fra già gli ha hai hanno ho i il in infatti
  inoltre io l la le lei li lo loro lui ma me mentre mi mia mie miei mio molti molto ne negli nei
  nel nell nella nelle nello nessun nessuna no noi non nostra nostro o ogni oltre oppure per perché
  però più poi poiché possono prima proprio può qua qual qualche quale quali quando quanto quasi
  quella quelle quelli quello questa queste questi questo qui quindi sarà se sei senza si sia siamo
  siano solo sono sopra sotto sta stata state stati stato su sua sue sugli sui sul sulla sulle
  sullo suo suoi tale tali tra tranne troppo tu tua tuo tutta tutte tutti tutto un una uno verso vi
  voi è
pt a ainda algum alguma algumas alguns ambos ante antes ao aos apenas após aquela aquelas aquele
  aqueles aquilo as assim até cada com como contra cuja cujo da das de dela delas dele deles depois
  desde dessa desse desta deste do dos durante e ela elas ele eles em embora enquanto entre então
  era eram essa essas esse esses esta estas estava este estes está estão eu foi foram há isso isto
  já lhe lhes mais mas me mediante meio mesma mesmo meu minha muito muitos na nada nas nem nenhum
  nenhuma nessa nesse nesta neste no nos nossa nosso num numa não nós o onde os ou outra outras
  outro outros para pela pelas pelo pelos pode podem pois por porque porém quais qual qualquer
  quando que quem se seja sem sempre sendo ser será seu seus si sido sob sobre sua suas são só tal
  também tampouco te tem tinha toda todas todo todos tu tua tudo têm um uma umas uns você vocês à
  às é
nl aan al alle alleen als altijd andere anders bij daar daarom dan dat de deze die dit doch doen
  door dus echter een eens elk elke en er ergens geen haar had hadden heb hebben heeft hem hen het
  hier hij hoe hun iets ik in indien is ja je jij jou jouw jullie kan kon kunnen langs maar me meer
  men met mij mijn moet moeten na naar naast niet niets nog nu of om omdat onder ons onze ook op
  over reeds sinds te tegen ten ter tijdens toch toen tot tussen u uit uw van vanaf veel via
  volgens voor waar waarom wanneer want waren was wat we wel welke werd werden wezen wie wij wil
  worden wordt zal ze zei zelf zich zij zijn zo zoals zonder zou zouden zowel
sv alla allt andra att av bara bland blev bli blir blivit bort både de deg dem den denna deras dess
  dessa det detta dig din dina ditt du där därför då efter eftersom eller emot en endast er ert ett
  finns från för före genom ha hade han hans har henne hennes hon honom hur här i icke in ingen
  inget innan inom inte ja jag ju kan kunde man med mellan men mer mig min mina mitt mot mycket
  måste nej ni nu när någon något några och också om oss på redan samt sedan sig sin sina sitt ska
  skulle som så sådan till trots under upp ur ut utan utanför vad var vara varför varit varje vars
  vem vi vid vilka vilken vilket vår våra vårt än är även åt över
da af aldrig alle alt anden andet andre at bare begge blev blive bliver både da de dem den denne
  der deres det dette dig din dine disse dit dog du efter eller en end er et for fordi fra før
  gennem ham han hans har havde have hende hendes her hos hun hvad hvem hver hvilke hvilken hvis
  hvor hvordan hvorfor hvornår i ikke imod ind ingen intet ja jeg jer jeres kan kun kunne lige man
  mange med meget mellem men mere mig min mine mit mod må ned nej nogen noget nogle nu når og også
  om op os over på samt selv sig sin sine sit skal skulle som så sådan thi til ud uden under var
  ved vi vil ville vor vores være været
no alle alt andre annen annet at av bare begge ble blei bli blir blitt både da de deg dem den denne
  der deres det dette din dine disse ditt du dykk eg ein eit eller elles en enn er et etter for
  fordi fra frå før gjennom ha hadde ham han hans har hennes her hos hun hva hvem hver hvilke
  hvilken hvis hvor hvordan hvorfor i ikke ikkje imot ingen inn ja jeg kan korleis kun kunne kva
  kvar man mange med meg meget mellom men mer min mine mitt mot må nei noe noen noko nå når og også
  om opp oss over på samt seg selv si sia sin sine sitt skal skulle slik som så til under ut uten
  var ved vi vil ville vår våre være vært å
fi aina ainakin alla asti edelleen ei eikä eivät eli emme en enemmän ennen entä että he heidän
  heitä hän häneen hänen häntä ilman itse ja jo joka jokin joko jolla jolloin jonka jonkin jos
  jossa josta jota jotka jotta juuri jälkeen kaikki kaikkien kanssa kautta ketkä koko koska kuin
  kuinka kuitenkin kuka kun kuten kyllä me mihin miksi mikä mikäli millä minkä minun minut minä
  missä mistä mitä mitään molemmat mukaan mutta myös myöskään ne niiden niin niitä noin nuo nyt
  näiden näin nämä ole olen oli olisi olivat olla olleet ollut oma on ovat paitsi poikki saa se
  sekä sen siellä siihen siinä siis siitä sillä sinun sinä sisällä sitten sitä suhteen tai te tuo
  tämä tämän tässä tästä tätä täällä ulkopuolella vaan vai vaikka vain varten voi voidaan voivat
  yli
hu a abban addig ahhoz ahogy ahol aki akik akkor akár alatt amely amelyek amelyet ami amikor amit
  amíg annak arra arról az azok azon azonban azt aztán azzal azért be belül benne bizonyos bár csak
  de e egy egyes egyik egyéb egész el ellen elé előtt emiatt en ennek erre ez ezek ezen ezt ezzel
  ezért fel fog ha hanem hogy hogyan igen ill ilyen is itt ja kell kellett ki kívül között közül le
  legyen lehet lenne lesz lett maga meg mely melyek mert mi miatt mikor milyen minden mindig mint
  mintha mit mivel most már más még nagyon ne nekem neki nem nincs oda olyan ott pedig s saját sem
  semmi sok során szerint számára szét te tehát ti tovább több után vagy vagyis valaki valami való
  van vannak vele vissza viszont volna volt voltak által általában át én és így össze úgy ő ők
pl a aby albo ale ani aż bardziej bardzo bez bo bym być był była było były będzie będą ci ciebie co
  coś czy czyli dla dlaczego dlatego do gdy gdyby gdzie go i ich ile im inna inne inny innych iż ja
  jak jakie jako je jednak jego jej jemu jest jestem jeszcze jeśli jeżeli już każdy kiedy kto która
  które którego której który których którym którzy którą lub ma mają mi mimo między mnie mogą moja
  może można musi my mój na nad nam nas nasz nawet nic nich nie niego niej nim niż no o od on ona
  one oni ono oraz pan po pod podczas ponieważ poza przed przez przy raz również się sobie swoje
  swój są ta tak także tam te tego tej ten też to tu tych tyle tylko tym tę u w wam wasz wiele więc
  więcej wszystkich wszystkie wszystko wy z za zawsze ze został została że żeby
cs a aby aj ale ani ano asi aspoň až bez bude budou by byl byla byli bylo byly být co což další do
  ho i jak jako jaký je jeden jeho jej jejich její jen jestli jestliže ještě ji již jsem jsme jsou
  já jí jím k kam každý kde kdo kdy když ke která které kterého který kterým kteří ku kvůli li mají
  mezi mi mnou mně mohou musí my má mít mě může na nad ne nebo nebyl nejsou není než nic nich nimi
  nám námi ním něco několik o od on ona oni ono pak po pod podle pokud pouze pro proto protože proč
  právě před přes při s se si sice své svých svůj sám ta tak také takže tam tato te tedy ten tento
  teto ti to toho tohoto tom tomto tomu tu tuto tvůj ty tyto této tím u už v ve vy vám vás váš však
  všech všechny z za zda zde ze či že
sk a aby aj ak ako aký ale alebo ani asi až bez bol bola boli bolo bude budú by byť cez do ho hoci
  i iba ich im iné ja je jeho jej jemu ju k kam každý kde kedy keď kto ktorá ktoré ktorého ktorí
  ktorý ktorých ktorým ku lebo len ma majú medzi mi mnou musí my má môj môže môžu mňa na nad nebol
  nej nemá než nich nie niečo nim no nám nás náš o od okrem on ona oni ono po pod podľa pokiaľ
  popri potom pre pred pretože prečo pri práve s sa si so som svoj svoje sám sú tak takže tam te
  teda ten tento ti tie tieto to toho tohto tom tomto tomu toto tu ty tá táto túto tým týmto u už v
  viac vo vy vám vás váš však všetko všetky z za zo áno či čo že
sl a ali bi bil bila bile bili bilo biti bo bodo brez da do dokler dva ga h ima imajo in iz ja jaz
  je jih jim jo k kadar kaj kako kar katera katere kateri katerih kdaj kdo ker ki kje ko kot lahko
  le ma me med mi mora mu na nad naj nas naš ne nekaj ni nisem nismo niso nič njegov njen njih njim
  njo o ob oba od on ona oni pa po pod poleg pred preko pri proti s sam samo se sebi sem si smo so
  ste svoj svoje ta tako tam te tega tem temu ter ti to torej tu tudi ure v vam vas vaš ve več vi
  vsak vse vsi z za zakaj zaradi zato zelo če že
hr a ako ali baš bez bi bih bila bile bili bilo bio bismo biti bude budu da dakle do dok duž ga
  gdje i iako ih ili im ima imaju iz između ja je jedan jedna jedno jednog jer jesam jesu joj još
  ju k kad kada kako kao ko koja koje kojeg kojem koji kojih kojim koju kroz li mene meni međutim
  mi mimo mogu moj mora može mu na nad nakon nam nama nas naš ne nego neka neki nekoliko nema neće
  nešto ni nije nikad nisu ništa njega njegov njih njihov njim njoj o od oko on ona oni ono osim
  ova ovaj ove ovo pa po pod pored preko prema pri prije radi s sa sam samo se sebe si smo ste su
  sva svaki sve svi svoj ta tada taj tako takođe također te ti to toga tom tome treba tu u ukoliko
  uz vam vas vaš već vi više vrlo za zar zato zbog će ću čak šta što
lt ant apie ar arba aš be bei bet buvo būti būtų dar daug deja dėka dėl gal gali iki ir iš ja jai
  jam jau jei jeigu jie jiems jo jog joje joks jos juo juos jį jūs jų kad kadangi kai kaip kas kiek
  kiekvienas kiti kito kitų kol kuri kurie kurio kuris kuriuos kurių kurį labai man mane mano mes
  metu mūsų ne nebent nebuvo nei nereikia nes net niekas no nors nuo nėra o pagal palei pas pat per
  po prie prieš pro reikia sau savo su tai taip tam tame tarp tas tačiau tie tiek ties tik to todėl
  tokia toks tos tuo turi turėtų tą tų už vien vis visi viso visų yra čia į ši šio šis žemiau
lv aiz ap ar arī bet bez bija bijis biju bijusi bijām būs būt būtu caur cik citi cits daudz dzi dēļ
  es gan gar ir it izņemot ja jau jo jūs ka kad kam kamēr kas katrs ko kopš kur kura kuras kuri
  kurš kā kādas kāds kādu lai līdz man mana mani mans mēs nav ne nebija nekas nevis no nu otrs pa
  par pat pie pirms pret priekš pār pēc sava savas savu sevi starp tad tai tajā tas taču te tev tie
  tiek tika tikai tiks to tomēr tos tur tā tādēļ tām tās un uz vai vairāk var varētu vien vienmēr
  viens visi visu viņa viņas viņi viņu viņš vēl zem ļoti šai šajā šie šis šo šā šī šīs
et aga ainult all alla alles almost ega ehk ehkki ei enam enda endale ennast enne et iga igal ikka
  ilma ise ja jaoks jooksul jt juba just juures järgi ka kaasa kas keda kelle kellel kes kogu koos
  korral kui kuid kuidas kuigi kuna kuni kus kõige kõigi kõik küll läbi ma me meie mida midagi miks
  millal mille millest mina minu mis mitte mitu mu muu muud mõne mõned nad nagu need neid neile
  nende nii ning nüüd oled oleks olema olemas oleme olen oli olid olla olnud oma on peab peal pealt
  pole poolt pärast sa saa saab sama samuti seal seda see sel selle selleks selles sellest sest
  siia siin siis siiski sina sinu sisse suhtes ta tal talle te teda teie tema vahel vaid vastu veel
  väga välja või võib ära ühe üks üle
ro a acea aceasta această aceea aceeași acei acel acela acele acest acesta aceste acestea acestei
  acestor acestui aici al ale alt alta alte am ar are asta astfel asupra atunci atât au avea avut
  aș ați ca care ce cea cei cel cele celor chiar ci cine cineva cu cum cumva când cât că căreia
  cărora cărui căruia către da dacă dar datorită de deci decât deja deoarece despre deși din dintre
  doar după ea ei el ele era erau este eu face fi fie fiecare fiind fost fără iar la le li lor lui
  mai mea mele meu mi mult multe mulți n ne nici nimic niște noastră noi nostru nu numai o ori
  oricare pe pentru peste poate pot prea prin printr până s sa sau se su sub sunt să ta te toate
  toată tot totuși toți trebuie tu un una unde unei unele unii unor unora unui va voastră voi vom
  vor vă îi îl îmi împotriva în înainte încă într între își îți și
ca a així això al algun alguna algunes alguns als altra altre altres amb aquell aquella aquelles
  aquells aquest aquesta aquestes aquests aquí bé cada com contra d dalt de del dels des després
  doncs durant e el ell ella elles ells els em en encara entre era eren es esta estan estat està fa
  fer fins fos fou gens ha han haver havia hem hi ho i igual ja jo l la les li llavors lo m malgrat
  mateix mateixa me mentre mes meu meva mi molt molta molts més n ni no només nosaltres nostra
  nostre o on pel pels per perquè però poc poden pot qual quals quan que quelcom qui quin quina
  quins què res s sa sense ser seu seus seva seves si sigui sobre sols sota sí són tal també tan
  tant tenen teu teva tot tota totes tots tu té un una unes uns us va van vosaltres vostra vostre
  és
gl a ademais agora ao aos aquel aquela aquí as así ata aínda bastante cada cando canto cara co coa
  coas como con contra cos cun cunha da das de del deles desde despois do dos durante e el ela elas
  eles en entre era eran esa ese eses esta este estes está están eu fan foi foron hai la lle lles
  lo mais mediante mesma mesmo meu miña moi moito máis na nada nas neste nin ningún no non nos nosa
  noso nun nunha o onde os ou outra outras outro outros para pero pode poden pola polas polo polos
  por porque que quen se segundo sen ser será seu seus si sobre son só súa súas tamén tan ten teñen
  ti tiña toda todas todo todos un unha unhas uns vostede xa á ás é
eu al ala alde arabera arren arte artean asko aurka aurrera azpian bada baina baino baita bakar
  bakoitz bakoitza bakoitzak bat batek baten batera batzuek batzuk behar bera beraiek beraien berak
  beraz bere berean berri berriz bertan beste besteak bezain bezala bi da dago daude dela delako
  den dena denak dezake diot dira diren dit ditu dituen du due duela duen dut dute duten edo egin
  egiten en ere eta ez ezin gabe gainera gero gisa gu gure guzti guztiak guztiz haiei haiek haien
  hain hala han hari hau hauei hauek honek hori horiek horrek horren hortaz hura izan izango
  izateko jada kontra legez luzaro mota nahiz ni nik noiz nola non nondik nor nora nork orain ordea
  oro oso pean ri ze zein zen zer zerbait zergatik zion zituen zu zuek zuen zure zuten
ga a ach ag agus aici air amach amháin an ann aon ar arís as atá b ba beag bheadh bheith bhfuil bhí
  bí bíonn cad chuig chun cibé conas cuid cá cé céard d daoibh de den do don dá ea eile faoi faoin
  fuair féidir gach gan go gur i iad idir in ina inár is isteach ite le leis leo linn léi ma maidir
  mar me mo mura má mé na nach nuair ná ní níl níor níos nó orm ort orthu os roimh sa san seo siad
  sibh sin sinn siúd sé sí thar thú trí tá tú uaidh uile uirthi um á é éigin í ó ón
cy a ac am ar at bod bu bydd byddai chi chwi dan ddim di dim do dy dyma efallai ei eich ein er ers
  eu fe fel fod fy gan gyda gyfer heb hefyd hi holl hon hwn hyn hynny i iawn lle mae maen mai mewn
  mi n na nad nag neu nhw ni nid o oddi oedd oes ond os pa pam pan pob pwy r rhag rhai rhwng roedd
  sut sy sydd trwy tu tua un unrhyw w wedi wrth y ydy ydyn ym yma ymhlith yn yna yng yr yw â
eo al alia aliaj almenaŭ ambaŭ ankaŭ ankoraŭ anstataŭ antaŭ apenaŭ apud aŭ da de devas dum ekster
  el en estas esti estis estos estu eĉ for havas hieraŭ ili ilia ilin inter ja jam je jen ju kaj ke
  kia kial kiam kie kiel kien kies kio kiom kion kiu kiuj kiun kontraŭ krom kun kvankam kvazaŭ la
  laŭ li lia lin malgraŭ mem mi mia min ne nek nenio neniu ni nia nu nun nur ol oni per plej pli
  plu por post povas preskaŭ preter pri pro se sed sen si sia sian sin sub super sur tamen tia tial
  tiam tie tiel ties tio tiom tion tiu tiuj tiun tra trans tre tro tuj unu vi via vin ĉar ĉe ĉi ĉia
  ĉiam ĉies ĉio ĉirkaŭ ĉiu ĉiuj ĉu ĝi ĝia ĝin ĝis ĵus ŝi ŝia ŝin
is af allt allur annar annað að aðeins bara báðir ef eftir eiga einn einnig eins eitt ekkert ekki
  en er eru eða fram frá fyrir fyrr gegn get getur hafa hafi hafði hann hans hefur hennar henni hjá
  honum hvar hvað hvaða hvenær hver hvernig hvers hvort hægt hér hún inn kom með meðan mig milli
  minn mjög má mér nema né nú og okkar okkur sem sig sinn sinni sitt skal svo sá sér sín sína síðan
  til um undir upp var varð vegna veit vera verið verða verður vil við yfir ykkar á í ó úr út þann
  þar þau það þegar þeim þeir þeirra þess þessa þessi þessu þetta þig þið því þá þær þó þú
sq ajo apo aq as asnjë ata atij ato atë ca deri dhe do duhet duke dy edhe ende gjatë gjithë i ia
  ishin ishte ja jam janë je jo ka kam kanë ke kemi kishte kjo kundër kur kush ky këta këto këtë
  lidhur mbi me megjithëse mos mund më na nd ndaj ndërsa ne nga ngaqë një njëra nuk në nën nëse or
  ose para pas pasi por pra pranë prej për përveç qe qenë që rreth sa saj se sepse si sipas sot së
  tek tha tij time tjera tjerë tjetër tonë tre tuaj ty të u unë vet vetëm çdo çfarë është
af aan al alle anders as asook baie binne by daar daardie dat deur die dis dit doen dus een eers ek
  en enige gaan geen geword haar had het hier hierdie hoe hom hulle hy in is jou julle jy kan kon
  kry maar meer met moet my na nadat net nie niks nog nou ná of om omdat onder ons ook oor op sal
  se self sodat sonder sou sy sê te teen ten toe tot tussen tydens uit van vanaf vir volgens voor
  waar waarom wanneer want was wat weer wees welke wie word wou
"""
